import {
  type LoggedDecision,
  type OffPolicyEstimate,
  type OffPolicyMethod,
  type OffPolicyOptions,
  offPolicySteps,
} from '@fastflow/bandits'
import { createRandom, invalidArgument } from '@fastflow/core'
import {
  checkFunction,
  checkNumber,
  checkOptions,
  isNumbers,
  type OptionNames,
  type Pace,
  shown,
} from '@fastflow/core/backend'
import type { ChoiceRecord, DecisionRecord } from '@fastflow/pipelines'
import { checkPace } from '../check/values.ts'
import { checkRecords } from './check-records.ts'
import { type LogPolicy, type RewardModel, rewardModel } from './log-policy.ts'

export interface EvaluateOptions {
  /** Of the intervals, from 0.5 to below 1. */
  readonly confidence: number
  /** Largest weight of one decision, at least 1. */
  readonly clip: number
}

const names: OptionNames<EvaluateOptions> = { confidence: true, clip: true }

/** What a policy would have earned on the requests of a log. */
export interface PolicyEvaluation {
  /** Decisions whose quality was measured, which everything rests on. */
  readonly measured: number
  /** Mean reward of the policy that was followed. */
  readonly logged: number
  /** Evaluations of the policy's first choices, on average. */
  readonly nfe: number
  /** IPS, SNIPS and doubly robust. */
  readonly estimates: readonly OffPolicyEstimate[]
}

const MOST_CONFIDENCE = 1 - Number.EPSILON

const METHODS: readonly OffPolicyMethod[] = ['ips', 'snips', 'dr']

/** Quality minus price: what a reward of a decision can be. */
const REWARDS = { low: -1, high: 1 }

/**
 * What another policy would have earned on the requests of a log: IPS, SNIPS and doubly robust, with intervals. Of resampling
 * with a seed of its own, so that equal calls give equal figures.
 *
 * @param records of one log, as `parseDecisions` reads them.
 * @param pace lets the event loop turn meanwhile.
 * @throws FastFlowError `invalid-argument` naming the argument, also where less than two decisions were measured, and for a
 *   policy that does not give every arm a probability.
 */
export async function evaluatePolicy(
  records: readonly DecisionRecord[],
  policy: LogPolicy,
  options: EvaluateOptions,
  pace: Pace,
): Promise<PolicyEvaluation> {
  checkRecords(records)
  checkFunction('policy', policy, '(context, among) => probabilities')
  checkOptions('options', options, names)
  const { confidence, clip } = options
  checkNumber('confidence', confidence, 0.5, MOST_CONFIDENCE)
  checkNumber('clip', clip, 1)
  checkPace(pace)
  const rewarded = records.filter(({ reward }) => reward !== null)
  const measured = rewarded.length
  if (measured < 2)
    throw invalidArgument(
      'records',
      `have ${measured} measured decisions of ${records.length}; measure the quality of more requests`,
    )
  const asked = checked(policy, rewarded[0]!.arms.length)
  const decisions = await decisionsOf(rewarded, asked, pace)
  const estimates: OffPolicyEstimate[] = []
  for (const method of METHODS) {
    const how = { method, clip, confidence, rewards: REWARDS, random: createRandom(0).next }
    estimates.push(await estimateOf(decisions, how, pace))
  }
  const { arms } = rewarded[0]!
  // As of the first choice: what later ones would have changed depends on landings that were not seen.
  const nfe = mean(
    rewarded.map(({ choices }) => {
      const { context, among } = choices[0]!
      return asked(context, among).reduce((sum, p, arm) => sum + p * arms[arm]!, 0)
    }),
  )
  return { measured, logged: mean(rewarded.map(({ reward }) => reward!)), nfe, estimates }
}

/** The same policy, whose answers are looked at. */
function checked(policy: LogPolicy, arms: number): LogPolicy {
  return (context, among) => {
    const probabilities = policy(context, among)
    if (isNumbers(probabilities) && probabilities.length === arms) return probabilities
    throw invalidArgument(
      'policy',
      `answers ${shown(probabilities)}; give each of ${arms} arms a probability`,
    )
  }
}

async function estimateOf(
  decisions: readonly LoggedDecision[],
  options: OffPolicyOptions,
  pace: Pace,
): Promise<OffPolicyEstimate> {
  const steps = offPolicySteps(decisions, options)
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value
    if (pace.due()) await pace.rest()
  }
}

/**
 * The policy's probability of the choices made is the product over them. The reward model speaks of the first one alone, about
 * which the log knows what the policy would have done elsewhere too; it is fitted on the other half of the log, so that it
 * does not know the decisions it speaks about.
 */
async function decisionsOf(
  records: readonly DecisionRecord[],
  policy: LogPolicy,
  pace: Pace,
): Promise<LoggedDecision[]> {
  const models: RewardModel[] = []
  for (const half of [0, 1])
    models.push(
      await rewardModel(
        records.filter((_, i) => i % 2 !== half),
        pace,
      ),
    )
  const decisions: LoggedDecision[] = []
  for (const [i, { propensity, reward, choices }] of records.entries()) {
    if (pace.due()) await pace.rest()
    const { context, among, taken } = choices[0]!
    const probabilities = policy(context, among)
    const expected = models[i % 2]!(context)
    decisions.push({
      propensity,
      reward: reward!,
      target: choices.reduce((product, choice) => product * chanceOf(policy, choice), 1),
      modelled: meanOver(taken, probabilities, expected),
      modelledTarget: probabilities.reduce((sum, p, arm) => sum + p * expected[arm]!, 0),
    })
  }
  return decisions
}

/** Probability that the policy goes the way that was taken. */
function chanceOf(policy: LogPolicy, { context, among, taken }: ChoiceRecord): number {
  const probabilities = policy(context, among)
  // A sum of shares can come out a rounding above 1.
  return Math.min(
    1,
    taken.reduce((sum, arm) => sum + probabilities[arm]!, 0),
  )
}

/** Expected reward of these arms as the policy weighs them; of one it never takes, where it takes none. */
function meanOver(arms: readonly number[], weights: readonly number[], values: readonly number[]): number {
  const total = arms.reduce((sum, arm) => sum + weights[arm]!, 0)
  if (total === 0) return values[arms[0]!]!
  return arms.reduce((sum, arm) => sum + (weights[arm]! / total) * values[arm]!, 0)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
