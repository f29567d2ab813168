import type { Bandit } from './bandit.ts'
import { checkNumber, UNIT_REWARD } from './check.ts'
import { argmax } from './choice.ts'
import { type MomentsRow, momentsBandit } from './moments.ts'
import { checkOptions, type Names } from './names.ts'
import { sampleBeta } from './random/gamma.ts'

export interface ThompsonBetaOptions {
  /** Shapes of the prior that all arms share, 1e-3 to 1e6; default 1 and 1 (uniform), 0.5 and 0.5 is Jeffreys'. */
  readonly alpha?: number
  readonly beta?: number
}

const names: Names<ThompsonBetaOptions> = { alpha: true, beta: true }

/**
 * Draws a mean for every arm from its Beta posterior and takes the largest, for rewards in [0, 1].
 *
 * `Beta(alpha + sum r, beta + sum (1 - r))`; a per-arm prior of `init` adds `weight mean` and
 * `weight (1 - mean)`. Exact for rewards 0 and 1. A reward between counts as that fraction of a success:
 * the posterior is then wider than the rewards warrant, which explores more, not less.
 *
 * The propensity has no closed form and is undefined. Regret on Bernoulli arms: `O(ln n)` with the best
 * possible constant.
 *
 * @throws BanditError for shapes out of range; `update` throws BanditError outside [0, 1].
 *
 * Reference: Kaufmann, Korda and Munos (2012), Thompson Sampling: An Asymptotically Optimal Finite-Time
 * Analysis, ALT; Agrawal and Goyal (2012), COLT.
 */
export function thompsonBeta(options: ThompsonBetaOptions = {}): Bandit<MomentsRow> {
  const { alpha = 1, beta = 1 } = checkOptions('options', options, names)
  const shapes = { low: 1e-3, high: 1e6 }
  checkNumber('alpha', alpha, shapes)
  checkNumber('beta', beta, shapes)
  return momentsBandit({
    name: 'thompson-beta',
    rewards: UNIT_REWARD,
    choose(stats, random) {
      const draws = stats.map(({ mean = 0, weight }) =>
        sampleBeta(alpha + weight * mean, beta + weight * (1 - mean), random),
      )
      return { arm: argmax(draws), propensity: undefined }
    },
  })
}
