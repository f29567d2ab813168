import type { Random } from './bandit.ts'
import { checkInteger, checkNumber, uniform } from './check.ts'

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

export type OffPolicyMethod = 'ips' | 'snips' | 'dr'

export interface OffPolicyOptions {
  /** Default `snips`. */
  readonly method?: OffPolicyMethod
  /** Weights `target / propensity` above this are cut, which trades variance for bias; 1 to 1e9, default 100. */
  readonly clip?: number
  /** 0.5 to 0.9999, default 0.95. */
  readonly confidence?: number
  /** Bootstrap resamples for the interval, 100 to 100,000; default 1000. */
  readonly resamples?: number
  /** Uniform numbers in [0, 1) for the bootstrap. */
  readonly random: Random
}

export interface OffPolicyEstimate {
  readonly method: OffPolicyMethod
  /** Expected reward a decision under the policy to be judged. */
  readonly value: number
  /** Percentile bootstrap interval. */
  readonly low: number
  readonly high: number
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
 * `mean(modelledTarget + w (r - modelled))`, unbiased where either the propensities or the model are right. The interval
 * is the percentile bootstrap over decisions: too narrow for fewer than about 30 effective decisions.
 *
 * Cost: O(decisions x resamples).
 *
 * @throws RangeError or TypeError naming the decision and field; for `dr` where a model value is missing.
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
  const method = checkMethod(options.method ?? 'snips')
  const clip = checkNumber('clip', options.clip ?? 100, { low: 1, high: 1e9 })
  const confidence = checkNumber('confidence', options.confidence ?? 0.95, { low: 0.5, high: 0.9999 })
  const resamples = checkInteger('resamples', options.resamples ?? 1000, { low: 100, high: 100_000 })
  if (log.length === 0) throw new RangeError('log: has no decisions')
  const rows = log.map((decision, i) => contributionOf(decision, i, method, clip))
  const every = rows.map((_, i) => i)
  const drawn: number[] = []
  while (drawn.length < resamples) {
    const chosen = every.map(() => Math.floor(uniform(options.random) * rows.length))
    drawn.push(combine(rows, chosen, method))
    yield undefined
  }
  drawn.sort((a, b) => a - b)
  const at = (share: number): number => drawn[Math.min(resamples - 1, Math.floor(share * resamples))]!
  const weights = rows.map(({ weight }) => weight)
  const total = weights.reduce((sum, w) => sum + w, 0)
  const squares = weights.reduce((sum, w) => sum + w * w, 0)
  return {
    method,
    value: combine(rows, every, method),
    low: at((1 - confidence) / 2),
    high: at((1 + confidence) / 2),
    decisions: log.length,
    effective: squares > 0 ? (total * total) / squares : 0,
    clipped: rows.filter(({ cut }) => cut).length / rows.length,
  }
}

interface Contribution {
  readonly weight: number
  readonly value: number
  readonly cut: boolean
}

function checkMethod(method: OffPolicyMethod): OffPolicyMethod {
  if (['ips', 'snips', 'dr'].includes(method)) return method
  throw new RangeError(`method: ${JSON.stringify(method)} is unknown; available: ips, snips, dr`)
}

function contributionOf(
  decision: LoggedDecision,
  index: number,
  method: OffPolicyMethod,
  clip: number,
): Contribution {
  const field = (name: keyof LoggedDecision): string => `log[${index}].${name}`
  const unit = { low: 0, high: 1 }
  const limits = { low: -1e150, high: 1e150 }
  const propensity = checkNumber(field('propensity'), decision.propensity, { low: Number.MIN_VALUE, high: 1 })
  const target = checkNumber(field('target'), decision.target, unit)
  const reward = checkNumber(field('reward'), decision.reward, limits)
  const weight = Math.min(clip, target / propensity)
  const cut = target / propensity > clip
  if (method !== 'dr') return { weight, value: weight * reward, cut }
  const modelled = checkNumber(field('modelled'), decision.modelled, limits)
  const expected = checkNumber(field('modelledTarget'), decision.modelledTarget, limits)
  return { weight, value: expected + weight * (reward - modelled), cut }
}

function combine(rows: readonly Contribution[], chosen: readonly number[], method: OffPolicyMethod): number {
  let values = 0
  let weights = 0
  for (const i of chosen) {
    values += rows[i]!.value
    weights += rows[i]!.weight
  }
  if (method !== 'snips') return values / chosen.length
  return weights > 0 ? values / weights : 0
}
