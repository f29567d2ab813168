import type { Bandit, State } from './bandit.ts'
import { checkArm, checkNumber, UNIT_REWARD } from './check.ts'
import { armStats, type MomentsRow } from './moments.ts'

export interface ConservativeOptions {
  /** Index of the arm that is known to be safe, e.g. full compute. */
  readonly baseline: number
  /** Share of the baseline's reward that may be lost, above 0 and below 1; default 0.1. */
  readonly alpha?: number
  /** Chance that the guarantee fails at any time, above 0 and below 1; default 0.05. */
  readonly delta?: number
}

/**
 * Keeps a bandit from losing more than `alpha` of what the baseline arm would have brought, at any time, with
 * probability `1 - delta`, for rewards in [0, 1].
 *
 * The inner bandit's choice i is followed only if
 * `sum_k N_k low_k + low_i >= (1 - alpha) (n + 1) high_baseline`; else the baseline is taken, which earns room for
 * exploring. Confidence bounds are Hoeffding's for all times, `mean -+ sqrt(ln(4 K n^2 / delta) / (2 N))`. The prior
 * guides the inner bandit and does not count as evidence. A baseline choice has propensity 1 where it replaced another;
 * otherwise the inner propensity stands.
 *
 * States are the inner bandit's. @throws RangeError for options out of range, and from `select` when there is no such arm.
 *
 * Reference: Wu, Shariff, Lattimore and Szepesvari (2016), Conservative Bandits, ICML, algorithm 1 (unknown baseline).
 */
export function conservative(inner: Bandit<MomentsRow>, options: ConservativeOptions): Bandit<MomentsRow> {
  const open = { low: Number.MIN_VALUE, high: 1 - Number.EPSILON }
  const alpha = checkNumber('alpha', options.alpha ?? 0.1, open)
  const delta = checkNumber('delta', options.delta ?? 0.05, open)
  return {
    ...inner,
    select(state, random) {
      const baseline = checkArm(options.baseline, state.arms)
      const choice = inner.select(state, random)
      if (choice.arm === baseline || isSafe(state, choice.arm, baseline, alpha, delta)) return choice
      return { arm: baseline, propensity: 1 }
    },
    update(state, observation) {
      // Outside [0, 1] the bounds would promise what they can't keep.
      checkNumber('reward', observation.reward, UNIT_REWARD, '; rescale rewards to [0, 1]')
      return inner.update(state, observation)
    },
  }
}

function isSafe(
  state: State<MomentsRow>,
  chosen: number,
  baseline: number,
  alpha: number,
  delta: number,
): boolean {
  const arms = armStats({ ...state, prior: [] })
  const rounds = arms.reduce((sum, { pulls }) => sum + pulls, 0)
  const log = Math.log((4 * arms.length * Math.max(1, rounds) ** 2) / delta)
  const width = (pulls: number): number => (pulls === 0 ? 1 : Math.sqrt(log / (2 * pulls)))
  const low = arms.map(({ mean = 0, pulls }) => Math.max(0, mean - width(pulls)))
  const { mean: usual = 0, pulls } = arms[baseline]!
  const high = pulls === 0 ? 1 : Math.min(1, usual + width(pulls))
  const earned = arms.reduce((sum, arm, i) => sum + arm.pulls * low[i]!, 0)
  return earned + low[chosen]! >= (1 - alpha) * (rounds + 1) * high
}
