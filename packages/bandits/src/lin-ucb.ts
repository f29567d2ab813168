import { checkNumber } from './check.ts'
import { argmax } from './choice.ts'
import { type ContextualBandit, linearBandit } from './linear.ts'
import { checkOptions, type Names } from './names.ts'

export interface LinUcbOptions {
  /** Width of the confidence bonus, in the unit of the rewards, 0 (greedy) to 1e9; default 1. */
  readonly alpha?: number
  /** Precision of the prior round zero, 1e-9 to 1e9; default 1. */
  readonly ridge?: number
}

const names: Names<LinUcbOptions> = { alpha: true, ridge: true }

/**
 * Takes the arm of the largest upper confidence bound of a linear model of its reward in the context; deterministic,
 * propensity 1.
 *
 * `argmax theta_a . x + alpha sqrt(x^T A_a^-1 x)`, one ridge regression per arm (the disjoint model). Contexts of size
 * about 1 and rewards in [0, 1] suit the defaults.
 *
 * @throws BanditError for options out of range.
 *
 * Reference: Li, Chu, Langford and Schapire (2010), A Contextual-Bandit Approach to Personalized News Article
 * Recommendation, WWW, algorithm 1.
 */
export function linUcb(options: LinUcbOptions = {}): ContextualBandit {
  const { alpha = 1, ridge = 1 } = checkOptions('options', options, names)
  checkNumber('alpha', alpha, { low: 0, high: 1e9 })
  return linearBandit({
    name: 'lin-ucb',
    ridge,
    distribution(forecasts) {
      const best = argmax(forecasts.map(({ mean, width }) => mean + alpha * width))
      return forecasts.map((_, arm) => (arm === best ? 1 : 0))
    },
  })
}
