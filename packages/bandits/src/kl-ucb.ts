import type { Bandit } from './bandit.ts'
import { checkNumber, UNIT_REWARD } from './check.ts'
import { argmax } from './choice.ts'
import { type MomentsRow, momentsBandit } from './moments.ts'
import { checkOptions, type Names } from './names.ts'

export interface KlUcbOptions {
  /** Weight of `ln ln n` in the exploration rate, 0 to 10; default 0, which is best in practice, 3 is the proof's. */
  readonly c?: number
}

const names: Names<KlUcbOptions> = { c: true }

/** Halvings of [mean, 1]: more than a double can tell apart. */
const HALVINGS = 50

/**
 * Takes the arm of the largest upper confidence bound in the Kullback-Leibler sense, for rewards in [0, 1];
 * deterministic, propensity 1.
 *
 * `argmax max { q : N kl(mean, q) <= ln n + c ln ln n }`, `kl(p, q) = p ln(p/q) + (1-p) ln((1-p)/(1-q))`, n all pulls, N
 * those of the arm, both with the prior's weight. Never worse than UCB1, and much better where means are near 0 or
 * 1. Arms without any observation come first. Regret: `ln n sum gap / kl(mean, best)`, the best possible constant for
 * Bernoulli arms. Cost of a choice: 50 logarithms an arm.
 *
 * @throws BanditError when `c` is out of range; `update` throws BanditError outside [0, 1].
 *
 * Reference: Garivier and Cappe (2011), The KL-UCB Algorithm for Bounded Stochastic Bandits and Beyond, COLT.
 */
export function klUcb(options: KlUcbOptions = {}): Bandit<MomentsRow> {
  const { c = 0 } = checkOptions('options', options, names)
  checkNumber('c', c, { low: 0, high: 10 })
  return momentsBandit({
    name: 'kl-ucb',
    rewards: UNIT_REWARD,
    choose(stats) {
      const total = Math.max(1, sum(stats.map(({ weight }) => weight)))
      const log = Math.log(total)
      const rate = log + c * Math.log(Math.max(1, log))
      const bounds = stats.map(({ mean, weight }) =>
        mean === undefined ? Infinity : upperBound(mean, rate / weight),
      )
      return { arm: argmax(bounds), propensity: 1 }
    },
  })
}

/** Largest q with `kl(mean, q) <= rate`, by bisection. */
function upperBound(mean: number, rate: number): number {
  let low = mean
  let high = 1
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (divergence(mean, middle) > rate) high = middle
    else low = middle
  }
  return low
}

function divergence(p: number, q: number): number {
  const term = (a: number, b: number): number => (a <= 0 ? 0 : a * Math.log(a / Math.max(b, 1e-300)))
  return term(p, q) + term(1 - p, 1 - q)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
