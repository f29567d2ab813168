import {
  type LoggedDecision,
  type OffPolicyEstimate,
  type OffPolicyMethod,
  type OffPolicyOptions,
  offPolicySteps,
} from '@fastflow/bandits'
import { createRandom, invalidArgument } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import type { ChoiceRecord, DecisionRecord } from '@fastflow/pipelines'
import { pathAt } from '../files.ts'
import { type Io, paceOf } from '../io.ts'
import { readDecisionLog } from '../learning/decision-log.ts'
import { type LogPolicy, namedPolicy, type RewardModel, rewardModel } from '../learning/log-policy.ts'
import { textTable } from '../tables/text-table.ts'

export interface PolicyEvaluateOptions {
  readonly policy: string
  readonly confidence: number
  readonly clip: number
  readonly json?: boolean
}

const METHODS: readonly OffPolicyMethod[] = ['ips', 'snips', 'dr']

/** Quality minus price: what a reward of a decision can be. */
const REWARDS = { low: -1, high: 1 }

/** Broken lines that are told of one by one. */
const SHOWN_LINES = 5

/** What another policy would have earned on the requests of a log: IPS, SNIPS and doubly robust, with intervals. */
export async function policyEvaluateCommand(
  io: Io,
  file: string,
  options: PolicyEvaluateOptions,
): Promise<void> {
  const pace = paceOf(io, 'evaluating')
  const { records, bad } = await readDecisionLog(pathAt(io, file, 'LOG'), pace)
  for (const { line, problem } of bad.slice(0, SHOWN_LINES)) io.log(`${file}:${line} ${problem}`)
  if (bad.length > SHOWN_LINES) io.log(`${file}: ${bad.length - SHOWN_LINES} more lines left out`)
  const rewarded = records.filter(({ reward }) => reward !== null)
  if (rewarded.length < 2)
    throw invalidArgument(
      'LOG',
      `has ${rewarded.length} measured decisions of ${records.length}; raise --measure to log more`,
    )
  const { arms } = records[0]!
  const policy = await namedPolicy(options.policy, arms, pathAt(io, options.policy, '--policy'))
  const decisions = await decisionsOf(rewarded, policy, pace)
  const { clip, confidence } = options
  const estimates: OffPolicyEstimate[] = []
  for (const method of METHODS) {
    const how = { method, clip, confidence, rewards: REWARDS, random: createRandom(0).next }
    estimates.push(await estimateOf(decisions, how, pace))
  }
  tellGaps(io, options.policy, estimates)
  const logged = rewarded.reduce((sum, { reward }) => sum + reward!, 0) / rewarded.length
  // As of the first choice: what later ones would have changed depends on landings that were not seen.
  const nfe = mean(
    rewarded.map(({ choices }) => {
      const { context, among } = choices[0]!
      return policy(context, among).reduce((sum, p, arm) => sum + p * arms[arm]!, 0)
    }),
  )
  const summary = {
    log: file,
    policy: options.policy,
    decisions: records.length,
    measured: rewarded.length,
    leftOut: bad.length,
    arms,
    logged,
    nfe,
    confidence,
  }
  // What is unknown is null, not missing.
  const nulls = (_: string, value: unknown): unknown => (value === undefined ? null : value)
  if (options.json) return io.out(JSON.stringify({ ...summary, estimates }, nulls, 2))
  io.out(
    `${rewarded.length} measured of ${records.length} decisions, mean reward ${logged.toFixed(4)}; ${options.policy} evaluates ${nfe.toFixed(1)} steps`,
  )
  io.out(textTable(['method', 'reward', 'low', 'high', 'effective', 'clipped'], estimates.map(rowOf), [0]))
}

/** Why a value or an interval is missing, or wider than the decisions alone would make it, and what to do. */
function tellGaps(io: Io, policy: string, estimates: readonly OffPolicyEstimate[]): void {
  if (estimates.every(({ status }) => status === 'no-overlap')) {
    io.log(`no decision of the log is one that ${policy} would make: there is nothing to judge it by`)
    return
  }
  for (const { method, status, remedy } of estimates)
    if (remedy !== undefined) io.log(`${method}: ${status}, ${remedy}`)
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

function rowOf({ method, value, low, high, effective, clipped }: OffPolicyEstimate): string[] {
  return [
    method,
    ...[value, low, high].map((number) => number?.toFixed(4) ?? '-'),
    effective.toFixed(1),
    `${(clipped * 100).toFixed(1)} %`,
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
