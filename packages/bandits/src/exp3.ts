import type { Bandit, State } from './bandit.ts'
import { checkPropensity, checkRandom, UNIT_REWARD } from './check.ts'
import { drawArm } from './choice.ts'
import { exponentialWeights, type LearningRate, type LossRow, learningRateOf, lossShape } from './losses.ts'
import { checkOptions, type Names } from './names.ts'
import { checkObservation, observationNames } from './observation.ts'
import { checkState, rowOf, stateMethods, withRow } from './state.ts'

// The least propensity taken: what `select` returns is larger, and sums of 1 / propensity stay finite.
const MIN_PROPENSITY = 2 ** -300

export interface Exp3Options {
  /** Default `sqrt(ln(arms) / (round arms))`, which needs no horizon. */
  readonly learningRate?: LearningRate
}

const names: Names<Exp3Options> = { learningRate: true }

/** EXP3, with its distribution open to see. */
export interface Exp3 extends Bandit<LossRow> {
  /** Probability of every arm at the next selection. */
  distribution(state: State<LossRow>): number[]
}

/**
 * Exponential weights for rewards in [0, 1] that an adversary may choose (before the rounds begin).
 *
 * `p_i ~ exp(-rate L_i)`, with `L_i` the sum of `(1 - reward) / propensity` over the pulls of arm i: an
 * unbiased estimate of the arm's whole loss. `update` therefore needs the propensity that `select`
 * returned. Expected regret against the best fixed arm: `2 sqrt(n arms ln(arms))`.
 *
 * @throws BanditError for bad options; `update` for rewards outside [0, 1] or a missing propensity.
 *
 * Reference: Auer, Cesa-Bianchi, Freund and Schapire (2002), The Nonstochastic Multiarmed Bandit Problem,
 * SIAM J. Comput. 32(1); in the loss form of Bubeck and Cesa-Bianchi (2012), Regret Analysis of Stochastic
 * and Nonstochastic Multi-armed Bandit Problems, Theorem 3.1.
 */
export function exp3(options: Exp3Options = {}): Exp3 {
  checkOptions('options', options, names)
  const learningRate = learningRateOf(options.learningRate, anytime)
  const shape = lossShape('exp3', 1 / MIN_PROPENSITY)
  const distribution = (state: State<LossRow>): number[] => exponentialWeights(shape, state, learningRate)
  return {
    name: 'exp3',
    version: 1,
    feedback: 'arm',
    rewards: UNIT_REWARD,
    ...stateMethods(shape),
    distribution,
    select(state, random) {
      checkRandom(random)
      return drawArm(distribution(state), random)
    },
    update(state, observed) {
      checkState(shape, state)
      const { arm, reward, worker } = checkObservation(observed, state.arms, UNIT_REWARD, observationNames)
      const propensity = Math.max(MIN_PROPENSITY, checkPropensity(observed.propensity))
      const row = rowOf(shape, state, worker)
      const losses = row.losses.slice()
      losses[arm]! += (1 - reward) / propensity
      return withRow(shape.sound, state.arms, state, worker, { pulls: row.pulls + 1, losses })
    },
  }
}

function anytime(round: number, arms: number): number {
  return Math.sqrt(Math.log(arms) / (round * arms))
}
