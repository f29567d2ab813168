import type { OffPolicyEstimate } from '@fastflow/bandits'
import {
  type DecisionLog,
  evaluatePolicy,
  type LogPolicy,
  learnedPolicy,
  namedPolicy,
  parseDecisions,
} from '@fastflow/bench'
import { FastFlowError } from '@fastflow/core'
import type { Pace } from '@fastflow/core/backend'
import { estimatesTable } from '@fastflow/report'
import { pathAt } from '../files.ts'
import { type Io, paceOf } from '../io.ts'
import { MAX_LOG, readBytes, whyUnread } from '../read-text.ts'

export interface PolicyEvaluateOptions {
  readonly policy: string
  readonly confidence: number
  readonly clip: number
  readonly json?: boolean
}

/** Broken lines that are told of one by one. */
const SHOWN_LINES = 5

/** What another policy would have earned on the requests of a log: IPS, SNIPS and doubly robust, with intervals. */
export async function policyEvaluateCommand(
  io: Io,
  file: string,
  options: PolicyEvaluateOptions,
): Promise<void> {
  const pace = paceOf(io, 'evaluating')
  const { records, bad } = await readDecisions(pathAt(io, file, 'LOG'), pace)
  for (const { line, problem } of bad.slice(0, SHOWN_LINES)) io.log(`${file}:${line} ${problem}`)
  if (bad.length > SHOWN_LINES) io.log(`${file}: ${bad.length - SHOWN_LINES} more lines left out`)
  const { arms } = records[0]!
  const policy =
    namedPolicy(options.policy, arms, '--policy') ?? (await readLearned(io, options.policy, arms))
  const { confidence, clip } = options
  const { measured, logged, nfe, estimates } = await evaluatePolicy(
    records,
    policy,
    { confidence, clip },
    pace,
  )
  tellGaps(io, options.policy, estimates)
  const summary = {
    log: file,
    policy: options.policy,
    decisions: records.length,
    measured,
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
    `${measured} measured of ${records.length} decisions, mean reward ${logged.toFixed(4)}; ${options.policy} evaluates ${nfe.toFixed(1)} steps`,
  )
  io.out(estimatesTable(estimates))
}

/** @throws FastFlowError `policy-unreadable` where the file cannot be read or holds no decision at all. */
async function readDecisions(path: string, pace: Pace): Promise<DecisionLog> {
  const unreadable = (problem: string): FastFlowError =>
    new FastFlowError({
      code: 'policy-unreadable',
      field: 'LOG',
      message: `LOG: ${path} ${problem}; write one with "fastflow generate --lpips X --log FILE"`,
    })
  const bytes = await readBytes(path, MAX_LOG).catch((cause) => {
    throw unreadable(`cannot be read (${whyUnread(cause)})`)
  })
  const log = await parseDecisions(bytes, pace)
  if (log.records.length > 0) return log
  const [first] = log.bad
  if (first === undefined) throw unreadable('is empty')
  const lines = log.bad.length
  throw unreadable(`has no decision in its ${lines} lines (line ${first.line} ${first.problem})`)
}

/** The policy of a file. @throws FastFlowError `policy-unreadable`. */
async function readLearned(io: Io, file: string, arms: readonly number[]): Promise<LogPolicy> {
  const place = `--policy: ${pathAt(io, file, '--policy')}`
  const fix = 'give full, uniform, nfe:N, or a file with a learned state'
  const bytes = await readBytes(pathAt(io, file, '--policy')).catch((cause) => {
    const problem = `is no policy by that name and no file that can be read (${whyUnread(cause)})`
    const message = `${place} ${problem}; ${fix}`
    throw new FastFlowError({ code: 'policy-unreadable', field: '--policy', message, cause })
  })
  return learnedPolicy(bytes, arms, { code: 'policy-unreadable', name: '--policy', place, fix })
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
