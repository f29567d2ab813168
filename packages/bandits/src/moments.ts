import type { Bandit, Random, Selection, State } from './bandit.ts'
import {
  checkArm,
  checkArray,
  checkInteger,
  checkNumber,
  checkPropensity,
  checkRecord,
  checkReward,
  type Range,
} from './check.ts'
import { checkKind, type RowShape, rowOf, stateMethods, withRow, workerOf } from './state.ts'

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
 * Reference: Chan, Golub and LeVeque (1983), The American Statistician 37(3).
 */
export function armStats(state: State<MomentsRow>): ArmStats[] {
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
    ...stateMethods(shape),
    select(state, random) {
      checkKind(shape, state)
      return rules.choose(armStats(state), random)
    },
    update(state, observation) {
      checkKind(shape, state)
      const arm = checkArm(observation.arm, state.arms)
      const reward = checkReward('reward', observation.reward, rules.rewards)
      if (observation.propensity !== undefined) checkPropensity(observation.propensity)
      const worker = workerOf(observation)
      return withRow(state, worker, addReward(rowOf(shape, state, worker), arm, reward))
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

function momentsShape(kind: string, rewards: Range): RowShape<MomentsRow> {
  return {
    kind,
    priorMeans: rewards,
    empty(arms) {
      const zeros: readonly number[] = new Array<number>(arms).fill(0)
      return { pulls: zeros, sums: zeros, squares: zeros }
    },
    pulls: (row) => row.pulls.reduce((total, n) => total + n, 0),
    numbers: (row) => [...row.pulls, ...row.sums, ...row.squares],
    read(field, value, arms) {
      const row = checkRecord(field, value)
      const pulls = Array.from(checkArray(`${field}.pulls`, row.pulls, arms), (n, arm) =>
        checkInteger(`${field}.pulls[${arm}]`, n, { low: 0, high: Number.MAX_SAFE_INTEGER }),
      )
      const sums = Array.from(checkArray(`${field}.sums`, row.sums, arms), (sum, arm) => {
        const n = pulls[arm]!
        return checkNumber(`${field}.sums[${arm}]`, sum, { low: n * rewards.low, high: n * rewards.high })
      })
      const squares = Array.from(checkArray(`${field}.squares`, row.squares, arms), (square, arm) => {
        const high = pulls[arm]! > 1 ? Number.MAX_VALUE : 0
        return checkNumber(`${field}.squares[${arm}]`, square, { low: 0, high })
      })
      return { pulls, sums, squares }
    },
  }
}
