import type { Bandit, State } from './bandit.ts'
import { checkArm, checkNumber, UNIT_REWARD } from './check.ts'
import { armStats, type MomentsRow } from './moments.ts'

const DEFAULT_ALPHA = 0.1
const OPEN = { low: Number.MIN_VALUE, high: 1 - Number.EPSILON }

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
 * The inner bandit's choice i is followed only if {@link conservativeArms} allows it; else the baseline is taken, which earns room for
 * exploring. Confidence bounds are Hoeffding's for all times, `mean -+ sqrt(ln(4 K n^2 / delta) / (2 N))`. The prior
 * guides the inner bandit and does not count as evidence. A baseline choice has propensity 1 where it replaced another;
 * otherwise the inner propensity stands.
 *
 * States are the inner bandit's. @throws RangeError for options out of range, and from `select` when there is no such arm.
 *
 * Reference: Wu, Shariff, Lattimore and Szepesvari (2016), Conservative Bandits, ICML, algorithm 1 (unknown baseline).
 */
export function conservative(inner: Bandit<MomentsRow>, options: ConservativeOptions): Bandit<MomentsRow> {
  const alpha = checkNumber('alpha', options.alpha ?? DEFAULT_ALPHA, OPEN)
  const delta = checkNumber('delta', options.delta ?? 0.05, OPEN)
  return {
    ...inner,
    select(state, random) {
      const baseline = checkArm(options.baseline, state.arms)
      const choice = inner.select(state, random)
      if (conservativeArms(boundedArms(state, delta), { baseline, alpha })[choice.arm]) return choice
      return { arm: baseline, propensity: 1 }
    },
    update(state, observation) {
      // Outside [0, 1] the bounds would promise what they can't keep.
      checkNumber('reward', observation.reward, UNIT_REWARD, '; rescale rewards to [0, 1]')
      return inner.update(state, observation)
    },
  }
}

/** What is known of one arm: how often it was taken, and bounds on its expected reward in [0, 1]. */
export interface BoundedArm {
  readonly taken: number
  readonly low: number
  readonly high: number
}

/**
 * Which arms may be taken next so that what all rounds are certain to have earned stays within `alpha` of the most that the
 * baseline could have: `sum_k taken_k low_k + low_i >= (1 - alpha) (n + 1) high_baseline`. The baseline always may.
 *
 * The bounds are the caller's, so that they may rest on other outcomes than those of the arms that were taken; the
 * guarantee holds while they do.
 *
 * @throws RangeError when there is no such arm, or for a share out of range.
 */
export function conservativeArms(
  arms: readonly BoundedArm[],
  options: Pick<ConservativeOptions, 'baseline' | 'alpha'>,
): boolean[] {
  const baseline = checkArm(options.baseline, arms.length)
  const alpha = checkNumber('alpha', options.alpha ?? DEFAULT_ALPHA, OPEN)
  const rounds = arms.reduce((sum, { taken }) => sum + taken, 0)
  const earned = arms.reduce((sum, { taken, low }) => sum + taken * low, 0)
  const wanted = (1 - alpha) * (rounds + 1) * arms[baseline]!.high
  return arms.map(({ low }, arm) => arm === baseline || earned + low >= wanted)
}

/** Bounds that hold at all times, by Hoeffding's inequality and a union over arms and rounds. */
function boundedArms(state: State<MomentsRow>, delta: number): BoundedArm[] {
  const arms = armStats({ ...state, prior: [] })
  const rounds = arms.reduce((sum, { pulls }) => sum + pulls, 0)
  const log = Math.log((4 * arms.length * Math.max(1, rounds) ** 2) / delta)
  return arms.map(({ mean = 0, pulls }) => {
    if (pulls === 0) return { taken: 0, low: 0, high: 1 }
    const width = Math.sqrt(log / (2 * pulls))
    return { taken: pulls, low: Math.max(0, mean - width), high: Math.min(1, mean + width) }
  })
}
