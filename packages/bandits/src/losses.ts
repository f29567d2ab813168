import type { State } from './bandit.ts'
import { checkCount, checkFunction, checkNumber, checkRecord, readNumbers } from './check.ts'
import { checkState, type RowShape } from './state.ts'

/** Rounds seen, and per arm the cumulated (for EXP3: estimated) loss `1 - reward`. */
export interface LossRow {
  readonly pulls: number
  readonly losses: readonly number[]
}

/** Step size by round (1 is the first) and number of arms: finite, not negative. */
export type LearningRate = (round: number, arms: number) => number

/** A schedule of step sizes, or the usual one. */
export function learningRateOf(given: LearningRate | undefined, usual: LearningRate): LearningRate {
  if (given === undefined) return usual
  checkFunction('learningRate', given)
  return given
}

/**
 * Exponential weights over all rows: `p_i = exp(-rate L_i) / sum_j exp(-rate L_j)`.
 *
 * Only the cumulated losses L are kept, never weights, so nothing drifts or overflows however long the
 * run. Probabilities below 2^-52 count as 0: importance weights stay finite.
 */
export function exponentialWeights(
  shape: RowShape<LossRow>,
  state: State<LossRow>,
  learningRate: LearningRate,
): number[] {
  checkState(shape, state)
  const rows = Object.values(state.rows)
  const round = rows.reduce((total, row) => total + row.pulls, 1)
  const rate = checkNumber('learningRate', learningRate(round, state.arms), {
    low: 0,
    high: Number.MAX_VALUE,
  })
  const losses = Array.from({ length: state.arms }, (_, arm) =>
    rows.reduce((total, row) => total + row.losses[arm]!, 0),
  )
  const least = losses.reduce((a, b) => Math.min(a, b), Infinity)
  const weights = losses.map((loss) => (loss === least ? 1 : Math.exp(-rate * (loss - least))))
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => (weight / total < Number.EPSILON ? 0 : weight / total))
}

/** Rows of cumulated losses; `perRound` is the most that one round can add to one arm. */
export function lossShape(kind: string, perRound: number): RowShape<LossRow> {
  return {
    kind,
    priorMeans: undefined,
    sound: new WeakMap(),
    empty: (arms) => ({ pulls: 0, losses: new Array<number>(arms).fill(0) }),
    pulls: (row) => row.pulls,
    numbers: (row) => row.losses,
    read(field, value, arms) {
      const row = checkRecord(field, value)
      const pulls = checkCount(`${field}.pulls`, row.pulls)
      const most = { low: 0, high: pulls * perRound }
      return { pulls, losses: readNumbers(`${field}.losses`, row.losses, arms, most) }
    },
  }
}
