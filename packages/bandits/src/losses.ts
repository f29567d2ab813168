import type { State } from './bandit.ts'
import { checkArray, checkInteger, checkNumber, checkRecord } from './check.ts'
import { checkKind, type RowShape } from './state.ts'

/** Rounds seen, and per arm the cumulated (for EXP3: estimated) loss `1 - reward`. */
export interface LossRow {
  readonly pulls: number
  readonly losses: readonly number[]
}

/** Step size by round (1 is the first) and number of arms: finite, not negative. */
export type LearningRate = (round: number, arms: number) => number

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
  checkKind(shape, state)
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
    empty: (arms) => ({ pulls: 0, losses: new Array<number>(arms).fill(0) }),
    pulls: (row) => row.pulls,
    numbers: (row) => row.losses,
    read(field, value, arms) {
      const row = checkRecord(field, value)
      const pulls = checkInteger(`${field}.pulls`, row.pulls, { low: 0, high: Number.MAX_SAFE_INTEGER })
      const high = Math.min(pulls * perRound, Number.MAX_VALUE)
      const losses = Array.from(checkArray(`${field}.losses`, row.losses, arms), (loss, arm) =>
        checkNumber(`${field}.losses[${arm}]`, loss, { low: 0, high }),
      )
      return { pulls, losses }
    },
  }
}
