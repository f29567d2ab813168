import type { Bandit, State } from './bandit.ts'
import { ANY_REWARD, checkNumber, checkRandom } from './check.ts'
import { upperConfidenceArm } from './choice.ts'
import { checkObservation, observationNames } from './observation.ts'
import { checkState, type RowShape, rowOf, stateMethods, withRow } from './state.ts'

/** What is remembered of one arm. */
export interface Remembered {
  readonly weight: number
  /** Undefined while `weight` is 0. */
  readonly mean: number | undefined
}

/** What distinguishes one upper-confidence bandit that forgets from another. */
export interface ForgettingRules<Row> {
  readonly shape: RowShape<Row>
  /** Width of the confidence bonus. */
  readonly c: number
  /** The row after one more pull. */
  observe(row: Row, arm: number, reward: number): Row
  /** Every arm, over all workers and the prior. */
  recall(state: State<Row>): readonly Remembered[]
}

/** A bandit that takes the largest upper confidence bound of what it remembers; rewards of any scale. */
export function forgettingBandit<Row>(rules: ForgettingRules<Row>): Bandit<Row> {
  const { shape } = rules
  const c = checkNumber('c', rules.c, { low: 0, high: ANY_REWARD.high })
  return {
    name: shape.kind,
    version: 1,
    feedback: 'arm',
    rewards: ANY_REWARD,
    ...stateMethods(shape),
    select(state, random) {
      checkState(shape, state)
      checkRandom(random)
      return { arm: upperConfidenceArm(rules.recall(state), c), propensity: 1 }
    },
    update(state, observed) {
      checkState(shape, state)
      const { arm, reward, worker } = checkObservation(observed, state.arms, ANY_REWARD, observationNames)
      const row = rules.observe(rowOf(shape, state, worker), arm, reward)
      return withRow(shape.sound, state.arms, state, worker, row)
    },
  }
}
