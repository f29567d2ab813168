import { checkNumber } from './check.ts'
import { type ContextualBandit, linearBandit } from './linear.ts'
import { checkOptions, type Names } from './names.ts'
import { chancesOfLargest } from './random/largest-normal.ts'

export interface LinTsOptions {
  /** Standard deviation of one reward, 1e-9 to 1e9: scales the posterior; default 0.5, safe for rewards in [0, 1]. */
  readonly deviation?: number
  /** Precision of the prior round zero, 1e-9 to 1e9; default 1. */
  readonly ridge?: number
}

const names: Names<LinTsOptions> = { deviation: true, ridge: true }

/**
 * Draws every arm's expected reward in the context from its posterior and takes the largest: Thompson sampling with a
 * linear model per arm.
 *
 * `Normal(theta_a . x, deviation^2 x^T A_a^-1 x)`: the posterior of `theta_a` seen along x, so that there is one number
 * per arm and not a vector. The arms' numbers are independent, so the probability that one is the largest is an integral
 * over a line; the arm is drawn by it, and its propensity is known.
 *
 * @throws BanditError for options out of range.
 *
 * Reference: Agrawal and Goyal (2013), Thompson Sampling for Contextual Bandits with Linear Payoffs, ICML.
 */
export function linTs(options: LinTsOptions = {}): ContextualBandit {
  const { deviation = 0.5, ridge = 1 } = checkOptions('options', options, names)
  checkNumber('deviation', deviation, { low: 1e-9, high: 1e9 })
  return linearBandit({
    name: 'lin-ts',
    ridge,
    distribution: (forecasts) =>
      chancesOfLargest(forecasts.map(({ mean, width }) => ({ mean, deviation: deviation * width }))),
  })
}
