import type { Random, RewardRange } from './bandit.ts'
import {
  checkInteger,
  checkList,
  checkNumber,
  checkRandom,
  checkRange,
  checkRecord,
  show,
  UNIT_REWARD,
} from './check.ts'
import { BanditError } from './errors.ts'
import { checkOptions, type Names } from './names.ts'
import { type Interval, intervalSteps, type Weighed } from './off-policy-interval.ts'

/** One logged decision: what was done, how probable that was, what came of it, and what the new policy would do. */
export interface LoggedDecision {
  /** Probability with which the logging policy took the arm, above 0. */
  readonly propensity: number
  readonly reward: number
  /** Probability with which the policy to be judged takes the same arm in the same context. */
  readonly target: number
  /** Expected reward of the arm that was taken, from any model; doubly robust estimates need it. */
  readonly modelled?: number
  /** Expected reward under the policy to be judged, from the same model: `sum_a target(a) modelled(a)`. */
  readonly modelledTarget?: number
}

const METHODS = ['ips', 'snips', 'dr'] as const

export type OffPolicyMethod = (typeof METHODS)[number]

export interface OffPolicyOptions {
  /** Default `snips`. */
  readonly method?: OffPolicyMethod
  /** Weights `target / propensity` above this are cut, which trades variance for bias; 1 to 1e9, default 100. */
  readonly clip?: number
  /** 0.5 to 0.9999, default 0.95. */
  readonly confidence?: number
  /** Bootstrap resamples for the interval, 100 to 100,000; default 1000. */
  readonly resamples?: number
  /**
   * What rewards can be. Estimates and intervals stay inside; by default inside of what the log shows, which is too narrow
   * where the policy would see rewards that the log has not. A log without spread has an interval only if this is given.
   */
  readonly rewards?: RewardRange
  /** Uniform numbers in [0, 1) for the bootstrap. */
  readonly random: Random
}

const names: Names<OffPolicyOptions> = {
  method: true,
  clip: true,
  confidence: true,
  resamples: true,
  rewards: true,
  random: true,
}

export interface OffPolicyEstimate extends Interval {
  readonly method: OffPolicyMethod
  readonly decisions: number
  /** `(sum w)^2 / sum w^2`: how many decisions of the log speak about the new policy. */
  readonly effective: number
  /** Share of weights that were cut. */
  readonly clipped: number
}

/**
 * Expected reward of a policy from another policy's log.
 *
 * With `w = min(clip, target / propensity)`: `ips` is `mean(w r)`, unbiased while nothing is clipped; `snips` is
 * `sum(w r) / sum(w)`, a little biased, far less noisy, and never outside the range of the rewards; `dr` is
 * `mean(modelledTarget + w (r - modelled))`, unbiased where either the propensities or the model are right. Values and
 * intervals are cut to the range of the rewards.
 *
 * The interval is the percentile bootstrap over decisions: too narrow for fewer than about 30 effective decisions. Where
 * the log does not tell a value or a spread, there is none, and `status` and `remedy` say so: undefined is not zero.
 *
 * Cost: O(decisions x resamples).
 *
 * @throws BanditError naming the decision and field; for `dr` where a model value is missing.
 *
 * Reference: Dudik, Langford and Li (2011), Doubly Robust Policy Evaluation and Learning, ICML; Swaminathan and Joachims
 * (2015), The Self-Normalized Estimator for Counterfactual Learning, NeurIPS.
 */
export function evaluateOffPolicy(
  log: readonly LoggedDecision[],
  options: OffPolicyOptions,
): OffPolicyEstimate {
  const steps = offPolicySteps(log, options)
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value
}

/**
 * {@link evaluateOffPolicy} in steps, for those who let other work in between, or may stop: a step a resample, each
 * O(decisions). What the last one returns is the estimate.
 *
 * @throws as {@link evaluateOffPolicy}, at the first step.
 */
export function* offPolicySteps(
  log: readonly LoggedDecision[],
  options: OffPolicyOptions,
): Generator<undefined, OffPolicyEstimate> {
  const {
    method = 'snips',
    clip = 100,
    confidence = 0.95,
    resamples = 1000,
    rewards,
    random,
  } = checkOptions('options', options, names)
  if (!METHODS.includes(method))
    throw new BanditError('method', `${show(method)} is unknown; available: ${METHODS.join(', ')}`)
  checkNumber('clip', clip, { low: 1, high: 1e9 })
  checkNumber('confidence', confidence, { low: 0.5, high: 0.9999 })
  checkInteger('resamples', resamples, { low: 100, high: 100_000 })
  checkRandom(random)
  const declared = rewards === undefined ? undefined : checkRange('rewards', rewards)
  if (checkList('log', log).length === 0) throw new BanditError('log', 'has no decisions')
  const rows = Array.from(log, (decision, i) => contributionOf(decision, i, method, clip, declared))
  const largest = rows.reduce((most, { weight }) => Math.max(most, weight), 0)
  // Shares of the largest weight: squares of tiny weights would be lost.
  const shares = rows.map(({ weight }) => (largest > 0 ? weight / largest : 0))
  const total = shares.reduce((sum, share) => sum + share, 0)
  const effective = total > 0 ? total ** 2 / shares.reduce((sum, share) => sum + share ** 2, 0) : 0
  const weighed: Weighed = {
    rows: method === 'snips' ? rows.map(({ value }, i) => ({ value, weight: shares[i]! })) : rows,
    normalised: method === 'snips',
    averagesOne: method === 'ips' && rows.every(({ cut }) => !cut),
    effective,
    observed: rangeOf(log),
    declared,
  }
  return {
    method,
    ...(yield* intervalSteps(weighed, confidence, resamples, random)),
    decisions: log.length,
    effective,
    clipped: rows.filter(({ cut }) => cut).length / rows.length,
  }
}

interface Contribution {
  readonly weight: number
  /** Of `snips` the reward, to be weighed; of the others what the decision adds to the mean. */
  readonly value: number
  readonly cut: boolean
}

function contributionOf(
  decision: LoggedDecision,
  index: number,
  method: OffPolicyMethod,
  clip: number,
  rewards: RewardRange | undefined,
): Contribution {
  checkRecord(`log[${index}]`, decision)
  const field = (name: keyof LoggedDecision): string => `log[${index}].${name}`
  const limits = { low: -1e150, high: 1e150 }
  const propensity = checkNumber(field('propensity'), decision.propensity, { low: Number.MIN_VALUE, high: 1 })
  const target = checkNumber(field('target'), decision.target, UNIT_REWARD)
  const reward = checkNumber(field('reward'), decision.reward, rewards ?? limits)
  const weight = Math.min(clip, target / propensity)
  const cut = target / propensity > clip
  if (method === 'snips') return { weight, value: reward, cut }
  if (method === 'ips') return { weight, value: weight * reward, cut }
  const modelled = checkNumber(field('modelled'), decision.modelled, limits)
  const expected = checkNumber(field('modelledTarget'), decision.modelledTarget, limits)
  return { weight, value: expected + weight * (reward - modelled), cut }
}

function rangeOf(log: readonly LoggedDecision[]): RewardRange {
  let [low, high] = [Infinity, -Infinity]
  for (const { reward } of log) {
    low = Math.min(low, reward)
    high = Math.max(high, reward)
  }
  return { low, high }
}
