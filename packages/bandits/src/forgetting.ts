import type { Bandit, State } from './bandit.ts'
import { ANY_REWARD, checkArm, checkNumber, checkPropensity, checkReward } from './check.ts'
import { upperConfidenceArm } from './choice.ts'
import { checkKind, type RowShape, rowOf, stateMethods, withRow, workerOf } from './state.ts'

/** What is remembered of one arm. */
export interface Remembered {
  readonly weight: number
  /** Undefined while `weight` is 0. */
  readonly mean: number | undefined
}

/** What distinguishes one upper-confidence bandit that forgets from another. */
export interface ForgettingRules<Row> {
  readonly shape: RowShape<Row>
  /** Width of the confidence bonus; default `sqrt(2)`. */
  readonly c: number | undefined
  /** The row after one more pull. */
  observe(row: Row, arm: number, reward: number): Row
  /** Every arm, over all workers and the prior. */
  recall(state: State<Row>): readonly Remembered[]
}

/** A bandit that takes the largest upper confidence bound of what it remembers; rewards of any scale. */
export function forgettingBandit<Row>(rules: ForgettingRules<Row>): Bandit<Row> {
  const { shape } = rules
  const c = checkNumber('c', rules.c ?? Math.SQRT2, { low: 0, high: ANY_REWARD.high })
  return {
    name: shape.kind,
    version: 1,
    feedback: 'arm',
    ...stateMethods(shape),
    select(state) {
      checkKind(shape, state)
      return { arm: upperConfidenceArm(rules.recall(state), c), propensity: 1 }
    },
    update(state, observation) {
      checkKind(shape, state)
      const arm = checkArm(observation.arm, state.arms)
      const reward = checkReward('reward', observation.reward, ANY_REWARD)
      if (observation.propensity !== undefined) checkPropensity(observation.propensity)
      const worker = workerOf(observation)
      return withRow(state, worker, rules.observe(rowOf(shape, state, worker), arm, reward))
    },
  }
}
