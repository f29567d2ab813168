import type { Bandit } from './bandit.ts'
import { ANY_REWARD, checkNumber, UNIT_REWARD, uniform } from './check.ts'
import { argmax } from './choice.ts'
import { type MomentsRow, momentsBandit } from './moments.ts'
import { checkOptions, type Names } from './names.ts'

export interface EpsilonGreedyOptions {
  /**
   * Share of exploring rounds in [0, 1], or a schedule of it by round and number of arms.
   *
   * The round is 1 at the first selection and counts a prior's weight like pulls.
   *
   * Default: `min(1, (arms ln(round) / round)^(1/3))`, which needs no knowledge of the gaps. A constant
   * adapts to drift, at the price of regret linear in time.
   */
  readonly epsilon?: number | ((round: number, arms: number) => number)
}

const names: Names<EpsilonGreedyOptions> = { epsilon: true }

/**
 * Explores uniformly with probability epsilon, else takes the arm of the largest mean.
 *
 * `P(arm) = (1 - epsilon) [arm = argmax mean] + epsilon / arms`; arms without any observation count as
 * best, lowest index first. Rewards: any scale, up to 2^300 in size. Regret of the default schedule on
 * stationary arms with rewards in [0, 1]: `O(t^(2/3) (arms ln t)^(1/3))`.
 *
 * @throws BanditError when epsilon leaves [0, 1]; a schedule is checked at each selection.
 *
 * Reference: Slivkins (2019), Introduction to Multi-Armed Bandits, Theorem 1.6; Auer, Cesa-Bianchi and
 * Fischer (2002), Machine Learning 47, for schedules that know the gap.
 */
export function epsilonGreedy(options: EpsilonGreedyOptions = {}): Bandit<MomentsRow> {
  const { epsilon = gapFree } = checkOptions('options', options, names)
  const schedule =
    typeof epsilon === 'function' ? epsilon : constant(checkNumber('epsilon', epsilon, UNIT_REWARD))
  return momentsBandit({
    name: 'epsilon-greedy',
    rewards: ANY_REWARD,
    choose(stats, random) {
      const arms = stats.length
      const round = 1 + stats.reduce((total, arm) => total + arm.weight, 0)
      const share = checkNumber('epsilon', schedule(round, arms), UNIT_REWARD)
      const greedy = argmax(stats.map(({ mean }) => mean ?? Infinity))
      const explores = uniform(random) < share
      const arm = explores ? Math.floor(uniform(random) * arms) : greedy
      return { arm, propensity: share / arms + (arm === greedy ? 1 - share : 0) }
    },
  })
}

function gapFree(round: number, arms: number): number {
  return Math.min(1, Math.cbrt((arms * Math.log(round)) / round))
}

function constant(epsilon: number): () => number {
  return () => epsilon
}
