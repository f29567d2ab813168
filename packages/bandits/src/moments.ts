import type { Bandit, Random, Selection, State } from './bandit.ts'
import {
  ANY_REWARD,
  checkArray,
  checkCount,
  checkNumber,
  checkRandom,
  checkRecord,
  type Range,
} from './check.ts'
import { checkObservation, observationNames } from './observation.ts'
import { checkState, type RowShape, rowOf, stateMethods, withRow } from './state.ts'

/** Per arm: pulls, sum of rewards, and sum of squared deviations from their mean. */
export interface MomentsRow {
  readonly pulls: readonly number[]
  readonly sums: readonly number[]
  readonly squares: readonly number[]
}

/** What is known of one arm, over all workers. */
export interface ArmStats {
  readonly pulls: number
  /** Pulls plus the weight of the prior. */
  readonly weight: number
  /** Mean reward, the prior's pseudo-observations included; undefined while `weight` is 0. */
  readonly mean: number | undefined
  /** Sum of squared deviations from `mean`. */
  readonly squares: number
}

/** What distinguishes one bandit over {@link MomentsRow} from another. */
export interface MomentsRules {
  readonly name: string
  readonly rewards: Range
  choose(stats: readonly ArmStats[], random: Random): Selection
}

/**
 * Statistics of every arm, rows and prior together.
 *
 * Squared deviations are pooled by `S = S_a + S_b + (n_a n_b / (n_a + n_b)) (mean_a - mean_b)^2`.
 * Cost: O(arms x workers).
 *
 * @throws BanditError for what is no state of a bandit that keeps these statistics.
 *
 * Reference: Chan, Golub and LeVeque (1983), The American Statistician 37(3).
 */
export function armStats(state: State<MomentsRow>): ArmStats[] {
  const kind: unknown = (state as Partial<State<MomentsRow>> | undefined)?.kind
  checkState({ ...anyMoments, kind: typeof kind === 'string' ? kind : anyMoments.kind }, state)
  return statsOf(state)
}

function statsOf(state: State<MomentsRow>): ArmStats[] {
  const rows = Object.values(state.rows)
  return Array.from({ length: state.arms }, (_, arm) => {
    const prior = state.prior?.[arm]
    let pulls = 0
    let weight = prior?.weight ?? 0
    let sum = weight * (prior?.mean ?? 0)
    let squares = 0
    for (const row of rows) {
      const n = row.pulls[arm]!
      if (n === 0) continue
      const rowSum = row.sums[arm]!
      squares += row.squares[arm]!
      if (weight > 0) squares += ((weight * n) / (weight + n)) * (rowSum / n - sum / weight) ** 2
      pulls += n
      weight += n
      sum += rowSum
    }
    return { pulls, weight, mean: weight > 0 ? sum / weight : undefined, squares }
  })
}

/** A bandit whose decision depends on the moments of each arm's rewards alone. */
export function momentsBandit(rules: MomentsRules): Bandit<MomentsRow> {
  const shape = momentsShape(rules.name, rules.rewards)
  return {
    name: rules.name,
    version: 1,
    feedback: 'arm',
    rewards: rules.rewards,
    ...stateMethods(shape),
    select(state, random) {
      checkState(shape, state)
      checkRandom(random)
      return rules.choose(statsOf(state), random)
    },
    update(state, observed) {
      checkState(shape, state)
      const { arm, reward, worker } = checkObservation(observed, state.arms, rules.rewards, observationNames)
      const row = addReward(rowOf(shape, state, worker), arm, reward)
      return withRow(shape.sound, state.arms, state, worker, row)
    },
  }
}

/** Youngs and Cramer's update: plain sums, which are exact for counts, and deviations without cancellation. */
function addReward(row: MomentsRow, arm: number, reward: number): MomentsRow {
  const pulls = row.pulls.slice()
  const sums = row.sums.slice()
  const squares = row.squares.slice()
  const n = ++pulls[arm]!
  sums[arm]! += reward
  if (n > 1) squares[arm]! += (n * reward - sums[arm]!) ** 2 / (n * (n - 1))
  return { pulls, sums, squares }
}

/** Rows of such statistics of rewards in a range. */
export function momentsShape(kind: string, rewards: Range): RowShape<MomentsRow> {
  return {
    kind,
    priorMeans: rewards,
    sound: new WeakMap(),
    empty(arms) {
      const zeros: readonly number[] = new Array<number>(arms).fill(0)
      return { pulls: zeros, sums: zeros, squares: zeros }
    },
    pulls: (row) => row.pulls.reduce((total, n) => total + n, 0),
    numbers: (row) => [...row.pulls, ...row.sums, ...row.squares],
    read(field, value, arms) {
      const row = checkRecord(field, value)
      const pulls = Array.from(checkArray(`${field}.pulls`, row.pulls, arms), (n, arm) =>
        checkCount(`${field}.pulls[${arm}]`, n),
      )
      const sums = Array.from(checkArray(`${field}.sums`, row.sums, arms), (sum, arm) => {
        const n = pulls[arm]!
        return checkNumber(`${field}.sums[${arm}]`, sum, { low: n * rewards.low, high: n * rewards.high })
      })
      const squares = Array.from(checkArray(`${field}.squares`, row.squares, arms), (square, arm) => {
        const n = pulls[arm]!
        // n numbers of this range can't deviate further, and further updates stay finite.
        const high = n > 1 ? n * (rewards.high - rewards.low) ** 2 : 0
        return checkNumber(`${field}.squares[${arm}]`, square, { low: 0, high })
      })
      return { pulls, sums, squares }
    },
  }
}

// Whose statistics they are is told by the state: `armStats` reads those of every algorithm that keeps them.
const anyMoments: RowShape<MomentsRow> = momentsShape('moments', ANY_REWARD)
