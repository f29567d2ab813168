import { resolve } from 'node:path'
import {
  evaluateOffPolicy,
  type LoggedDecision,
  type OffPolicyEstimate,
  type OffPolicyMethod,
} from '@fastflow/bandits'
import { createRandom, invalidArgument } from '@fastflow/core'
import type { DecisionRecord } from '@fastflow/pipelines'
import type { Io } from '../io.ts'
import { readDecisionLog } from '../learning/decision-log.ts'
import { type LogPolicy, namedPolicy, rewardModel } from '../learning/log-policy.ts'
import { textTable } from '../text-table.ts'

export interface PolicyEvaluateOptions {
  readonly policy: string
  readonly confidence: number
  readonly clip: number
  readonly json?: boolean
}

const METHODS: readonly OffPolicyMethod[] = ['ips', 'snips', 'dr']

/** Broken lines that are told of one by one. */
const SHOWN_LINES = 5

/** What another policy would have earned on the requests of a log: IPS, SNIPS and doubly robust, with intervals. */
export async function policyEvaluateCommand(
  io: Io,
  file: string,
  options: PolicyEvaluateOptions,
): Promise<void> {
  const { records, bad } = await readDecisionLog(resolve(io.cwd, file))
  for (const { line, problem } of bad.slice(0, SHOWN_LINES)) io.log(`${file}:${line} ${problem}; left out`)
  if (bad.length > SHOWN_LINES) io.log(`${file}: ${bad.length - SHOWN_LINES} more lines left out`)
  const rewarded = records.filter(({ reward }) => reward !== null)
  if (rewarded.length < 2)
    throw invalidArgument(
      'LOG',
      `has ${rewarded.length} measured decisions of ${records.length}; raise --measure to log more`,
    )
  const { arms } = records[0]!
  const policy = await namedPolicy(options.policy, arms, resolve(io.cwd, options.policy))
  const decisions = decisionsOf(rewarded, policy)
  const { clip, confidence } = options
  const estimates = METHODS.map((method) =>
    evaluateOffPolicy(decisions, { method, clip, confidence, random: createRandom(0).next }),
  )
  if (estimates[0]!.effective === 0)
    io.log(`no decision of the log is one that ${options.policy} would make: these estimates mean nothing`)
  const logged = rewarded.reduce((sum, { reward }) => sum + reward!, 0) / rewarded.length
  const nfe = mean(
    rewarded.map(({ context }) => policy(context).reduce((sum, p, arm) => sum + p * arms[arm]!, 0)),
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
  if (options.json) return io.out(JSON.stringify({ ...summary, estimates }, null, 2))
  io.out(
    `${rewarded.length} measured of ${records.length} decisions, mean reward ${logged.toFixed(4)}; ${options.policy} evaluates ${nfe.toFixed(1)} steps`,
  )
  io.out(textTable(['method', 'reward', 'low', 'high', 'effective', 'clipped'], estimates.map(rowOf), [0]))
}

/** The reward model is fitted on the other half of the log, so that it does not know the decisions it speaks about. */
function decisionsOf(records: readonly DecisionRecord[], policy: LogPolicy): LoggedDecision[] {
  const models = [0, 1].map((half) => rewardModel(records.filter((_, i) => i % 2 !== half)))
  return records.map(({ arm, context, propensity, reward }, i) => {
    const probabilities = policy(context)
    const expected = models[i % 2]!(context)
    return {
      propensity,
      reward: reward!,
      target: probabilities[arm]!,
      modelled: expected[arm]!,
      modelledTarget: probabilities.reduce((sum, p, other) => sum + p * expected[other]!, 0),
    }
  })
}

function rowOf({ method, value, low, high, effective, clipped }: OffPolicyEstimate): string[] {
  return [
    method,
    ...[value, low, high].map((number) => number.toFixed(4)),
    effective.toFixed(1),
    `${(clipped * 100).toFixed(1)} %`,
  ]
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
