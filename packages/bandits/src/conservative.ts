import type { Bandit, State } from './bandit.ts'
import {
  checkArm,
  checkCount,
  checkList,
  checkNumber,
  checkRecord,
  checkReward,
  UNIT_REWARD,
} from './check.ts'
import { checkBandit } from './check-bandit.ts'
import { BanditError } from './errors.ts'
import { armStats, type MomentsRow, momentsShape } from './moments.ts'
import { checkOptions, type Names } from './names.ts'
import { checkState } from './state.ts'

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

const names: Names<ConservativeOptions> = { baseline: true, alpha: true, delta: true }
const ruleNames: Names<Pick<ConservativeOptions, 'baseline' | 'alpha'>> = { baseline: true, alpha: true }

/**
 * Keeps a bandit from losing more than `alpha` of what the baseline arm would have brought, at any time, with
 * probability `1 - delta`, for rewards in [0, 1].
 *
 * The inner bandit's choice i is followed only if {@link conservativeArms} allows it; else the baseline is taken, which earns room for
 * exploring. Confidence bounds are Hoeffding's for all times, `mean -+ sqrt(ln(4 K n^2 / delta) / (2 N))`. The prior
 * guides the inner bandit and does not count as evidence. A baseline choice has propensity 1 where it replaced another;
 * otherwise the inner propensity stands.
 *
 * States are the inner bandit's. @throws BanditError for options out of range, and from `select` when there is no such arm.
 *
 * Reference: Wu, Shariff, Lattimore and Szepesvari (2016), Conservative Bandits, ICML, algorithm 1 (unknown baseline).
 */
export function conservative(inner: Bandit<MomentsRow>, options: ConservativeOptions): Bandit<MomentsRow> {
  checkInner(inner)
  const { alpha = DEFAULT_ALPHA, delta = 0.05, baseline } = checkOptions('options', options, names)
  checkNumber('alpha', alpha, OPEN)
  checkNumber('delta', delta, OPEN)
  checkCount('baseline', baseline)
  // What an inner bandit of any scale has learned elsewhere may lie outside of [0, 1]; its prior is no evidence.
  const shape = { ...momentsShape(inner.name, UNIT_REWARD), priorMeans: inner.rewards }
  return {
    ...inner,
    rewards: UNIT_REWARD,
    merge(a, b) {
      checkState(shape, a)
      checkState(shape, b)
      return inner.merge(a, b)
    },
    parse(document) {
      const state = inner.parse(document)
      checkState(shape, state)
      return state
    },
    select(state, random) {
      checkState(shape, state)
      checkArm(baseline, state.arms)
      const choice = inner.select(state, random)
      if (conservativeArms(boundedArms(state, delta), { baseline, alpha })[choice.arm]) return choice
      return { arm: baseline, propensity: 1 }
    },
    update(state, observed) {
      // Outside [0, 1] the bounds would promise what they can't keep.
      checkState(shape, state)
      checkReward('reward', checkRecord('observation', observed).reward, UNIT_REWARD)
      return inner.update(state, observed)
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
 * @throws BanditError when there is no such arm, or for a share out of range.
 */
export function conservativeArms(
  arms: readonly BoundedArm[],
  options: Pick<ConservativeOptions, 'baseline' | 'alpha'>,
): boolean[] {
  const { alpha = DEFAULT_ALPHA, baseline } = checkOptions('options', options, ruleNames)
  checkNumber('alpha', alpha, OPEN)
  for (const [arm, known] of checkList('arms', arms).entries()) checkBounded(`arms[${arm}]`, known)
  checkArm(checkCount('baseline', baseline), arms.length)
  const rounds = arms.reduce((sum, { taken }) => sum + taken, 0)
  const earned = arms.reduce((sum, { taken, low }) => sum + taken * low, 0)
  const wanted = (1 - alpha) * (rounds + 1) * arms[baseline]!.high
  return arms.map(({ low }, arm) => arm === baseline || earned + low >= wanted)
}

/** Learns one reward to see whether `armStats` can be told afterwards. */
function checkInner(inner: Bandit<MomentsRow>): void {
  checkBandit('inner', inner)
  if (inner.feedback !== 'arm')
    throw new BanditError('inner', `'${inner.name}' has to see the rewards of all arms`)
  const state = inner.update(inner.init({ arms: 1 }), { arm: 0, reward: 0, propensity: 1 })
  try {
    armStats(state)
  } catch {
    throw new BanditError('inner', `'${inner.name}' keeps no armStats; wrap one that does, such as ucb1()`)
  }
}

function checkBounded(field: string, value: unknown): void {
  const { taken, low, high } = checkRecord(field, value)
  checkCount(`${field}.taken`, taken)
  checkNumber(`${field}.low`, low, UNIT_REWARD)
  checkNumber(`${field}.high`, high, UNIT_REWARD)
}

/** Bounds that hold at all times, by Hoeffding's inequality and a union over arms and rounds. */
function boundedArms(state: State<MomentsRow>, delta: number): BoundedArm[] {
  const { prior: _, ...evidence } = state
  const arms = armStats(evidence)
  const rounds = arms.reduce((sum, { pulls }) => sum + pulls, 0)
  const log = Math.log((4 * arms.length * Math.max(1, rounds) ** 2) / delta)
  return arms.map(({ mean = 0, pulls }) => {
    if (pulls === 0) return { taken: 0, low: 0, high: 1 }
    const width = Math.sqrt(log / (2 * pulls))
    return { taken: pulls, low: Math.max(0, mean - width), high: Math.min(1, mean + width) }
  })
}
