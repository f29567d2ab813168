import type { Bandit } from './bandit.ts'
import { checkNumber, UNIT_REWARD } from './check.ts'
import { argmax } from './choice.ts'
import { type MomentsRow, momentsBandit } from './moments.ts'
import { sampleBeta } from './random/gamma.ts'

export interface ThompsonBetaOptions {
  /** Shapes of the prior that all arms share, 1e-3 to 1e6; default 1 and 1 (uniform), 0.5 and 0.5 is Jeffreys'. */
  readonly alpha?: number
  readonly beta?: number
}

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
 * @throws RangeError or TypeError for shapes out of range; `update` throws RangeError outside [0, 1].
 *
 * Reference: Kaufmann, Korda and Munos (2012), Thompson Sampling: An Asymptotically Optimal Finite-Time
 * Analysis, ALT; Agrawal and Goyal (2012), COLT.
 */
export function thompsonBeta(options: ThompsonBetaOptions = {}): Bandit<MomentsRow> {
  const shapes = { low: 1e-3, high: 1e6 }
  const alpha = checkNumber('alpha', options.alpha ?? 1, shapes)
  const beta = checkNumber('beta', options.beta ?? 1, shapes)
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
