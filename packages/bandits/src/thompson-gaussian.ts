import type { Bandit, Random } from './bandit.ts'
import { ANY_REWARD, checkNumber } from './check.ts'
import { argmax } from './choice.ts'
import { type ArmStats, type MomentsRow, momentsBandit } from './moments.ts'
import { checkOptions, type Names } from './names.ts'
import { sampleStudentT } from './random/gamma.ts'
import { sampleNormal } from './random/normal.ts'

// With the exponent alpha = -1/2 below, fewer pulls leave the posterior improper or without the regret bound.
const FORCED_PULLS = 4

export interface ThompsonGaussianOptions {
  /**
   * Variance of one reward, 1e-150 to 1e150, if known; `'observed'` (default) estimates it arm by arm,
   * which makes the method independent of the scale of the rewards.
   */
  readonly variance?: number | 'observed'
}

const names: Names<ThompsonGaussianOptions> = { variance: true }

/**
 * Draws a mean for every arm from its posterior and takes the largest, for Gaussian rewards of any scale.
 *
 * Known variance `s2`: flat prior, or Normal(prior mean, s2 / prior weight); posterior
 * `Normal(mean, s2 / N)`, N with the prior's weight. Arms without any observation come first.
 *
 * Observed variance: prior density proportional to `v^(-1/2) exp(-w (mu - m)^2 / (2 v))` over mean mu and
 * variance v, with m and w the prior's mean and weight (0 when absent). Posterior
 * `mean + sqrt(S / (N (n - 2))) t(n - 2)`, a Student t of n - 2 degrees of freedom; n pulls, N pulls plus
 * w, S the squared deviations. Every arm is first pulled 4 times, least pulled first; a prior does not shorten
 * this, since it says nothing of the variance: a warm start that counts at once needs a known one.
 *
 * The propensity has no closed form and is undefined. Regret: `O(ln n)` with the best possible constant for
 * Gaussian arms. Rewards that never vary give a posterior of width 0, so that an arm whose first four
 * rewards agree by accident can be dropped for good: give a known variance for discrete rewards.
 *
 * @throws BanditError when `variance` is neither a positive number nor `'observed'`.
 *
 * Reference: Honda and Takemura (2014), Optimality of Thompson Sampling for Gaussian Bandits Depends on
 * Priors, AISTATS; Agrawal and Goyal (2017), Near-Optimal Regret Bounds for Thompson Sampling, JACM 64(5).
 */
export function thompsonGaussian(options: ThompsonGaussianOptions = {}): Bandit<MomentsRow> {
  const { variance = 'observed' } = checkOptions('options', options, names)
  if (variance !== 'observed')
    checkNumber('variance', variance, { low: 1e-150, high: 1e150 }, "; or pass 'observed'")
  const draw = variance === 'observed' ? drawUnknown : drawKnown(variance)
  return momentsBandit({
    name: 'thompson-gaussian',
    rewards: ANY_REWARD,
    choose: (stats, random) => ({
      arm: argmax(stats.map((arm) => draw(arm, random))),
      propensity: undefined,
    }),
  })
}

function drawKnown(variance: number): (arm: ArmStats, random: Random) => number {
  return ({ mean, weight }, random) =>
    mean === undefined ? Infinity : mean + Math.sqrt(variance / weight) * sampleNormal(random)
}

function drawUnknown({ pulls, mean, weight, squares }: ArmStats, random: Random): number {
  // Larger than any reward, and larger the fewer the pulls.
  if (mean === undefined || pulls < FORCED_PULLS) return Number.MAX_VALUE / (1 + pulls)
  const freedom = pulls - 2
  return mean + Math.sqrt(squares / (weight * freedom)) * sampleStudentT(freedom, random)
}
