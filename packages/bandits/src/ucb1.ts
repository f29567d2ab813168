import type { Bandit } from './bandit.ts'
import { ANY_REWARD, checkNumber } from './check.ts'
import { upperConfidenceArm } from './choice.ts'
import { type MomentsRow, momentsBandit } from './moments.ts'
import { checkOptions, type Names } from './names.ts'

export interface Ucb1Options {
  /**
   * Width of the confidence bonus, **in the unit of the rewards**; default `sqrt(2)`, for rewards in [0, 1].
   *
   * For rewards that span a range R use about `R sqrt(2)`. A value from a paper presumes that paper's
   * rewards: 2 suits rewards of about 1, and on rewards of about 0.01 it explores almost uniformly.
   * 0 (greedy) to 2^300.
   */
  readonly c?: number
}

const names: Names<Ucb1Options> = { c: true }

/**
 * Takes the arm of the largest upper confidence bound; deterministic, propensity 1.
 *
 * `argmax mean + c sqrt(ln n / N)`, n all pulls, N those of the arm, both with the prior's weight. Arms
 * without any observation come first, in index order; ties go to the lowest index. Rewards: any scale, up
 * to 2^300 in size. Regret for rewards in [0, 1] and `c = sqrt(2)`:
 * `sum over arms of 8 ln n / gap + (1 + pi^2 / 3) gap`.
 *
 * @throws BanditError when `c` is negative or not finite.
 *
 * Reference: Auer, Cesa-Bianchi and Fischer (2002), Finite-time Analysis of the Multiarmed Bandit Problem,
 * Machine Learning 47, Theorem 1.
 */
export function ucb1(options: Ucb1Options = {}): Bandit<MomentsRow> {
  const { c = Math.SQRT2 } = checkOptions('options', options, names)
  checkNumber('c', c, { low: 0, high: ANY_REWARD.high })
  return momentsBandit({
    name: 'ucb1',
    rewards: ANY_REWARD,
    choose: (stats) => ({ arm: upperConfidenceArm(stats, c), propensity: 1 }),
  })
}
