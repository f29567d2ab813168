import type { FullInformationBandit, FullObservation, State } from './bandit.ts'
import { checkArray, checkRandom, checkReward, UNIT_REWARD } from './check.ts'
import { drawArm } from './choice.ts'
import { exponentialWeights, type LearningRate, type LossRow, learningRateOf, lossShape } from './losses.ts'
import { checkOptions, type Names } from './names.ts'
import { checkState, rowOf, stateMethods, withRow, workerOf } from './state.ts'

export interface HedgeOptions {
  /** Default `sqrt(8 ln(arms) / round)`, which needs no horizon. */
  readonly learningRate?: LearningRate
}

const names: Names<HedgeOptions> = { learningRate: true }
const observationNames: Names<FullObservation> = { rewards: true, worker: true }

/** Hedge, with its distribution open to see: its mean reward carries the regret bound without luck. */
export interface Hedge extends FullInformationBandit<LossRow> {
  /** Probability of every arm at the next selection. */
  distribution(state: State<LossRow>): number[]
}

/**
 * Exponential weights where every round shows the rewards of all arms, in [0, 1], chosen by any adversary.
 *
 * `p_i ~ exp(-rate L_i)`, with `L_i` the sum of `1 - reward` of arm i over all rounds. Use it where the
 * arms not taken can be computed afterwards, since it learns from every arm at once. Expected regret
 * against the best fixed arm: `sqrt(2 n ln(arms)) + sqrt(ln(arms) / 8)`, whatever the rewards.
 *
 * @throws BanditError for bad options; `update` for rewards outside [0, 1] or not one per arm.
 *
 * Reference: Freund and Schapire (1997), JCSS 55(1); anytime rate and bound: Cesa-Bianchi and Lugosi
 * (2006), Prediction, Learning, and Games, Theorem 2.3.
 */
export function hedge(options: HedgeOptions = {}): Hedge {
  checkOptions('options', options, names)
  const learningRate = learningRateOf(options.learningRate, anytime)
  const shape = lossShape('hedge', 1)
  const distribution = (state: State<LossRow>): number[] => exponentialWeights(shape, state, learningRate)
  return {
    name: 'hedge',
    version: 1,
    feedback: 'all-arms',
    rewards: UNIT_REWARD,
    ...stateMethods(shape),
    distribution,
    select(state, random) {
      checkRandom(random)
      return drawArm(distribution(state), random)
    },
    update(state, observed) {
      checkState(shape, state)
      checkOptions('observation', observed, observationNames)
      const rewards = Array.from(checkArray('rewards', observed.rewards, state.arms), (reward, arm) =>
        checkReward(`rewards[${arm}]`, reward, UNIT_REWARD),
      )
      const worker = workerOf(observed)
      const row = rowOf(shape, state, worker)
      const losses = row.losses.map((loss, arm) => loss + (1 - rewards[arm]!))
      return withRow(shape.sound, state.arms, state, worker, { pulls: row.pulls + 1, losses })
    },
  }
}

function anytime(round: number, arms: number): number {
  return Math.sqrt((8 * Math.log(arms)) / round)
}
