import { invalidArgument, isRecord, type Plan } from '@fastflow/core'
import { checkFrontier, shown } from '@fastflow/core/backend'
import type { PaperState, PolicyDocument } from '@fastflow/pipelines'
import { certificateOf, planRows } from './plan-rows.ts'

/** What a plan is for, what it cost and what its plans do: plain JSON, without its grid. @throws FastFlowError `invalid-argument`. */
export function planSummary(frontier: Plan): Record<string, unknown> {
  checkFrontier('frontier', frontier)
  const { format, version, key, calibration, floor } = frontier.document
  const { schedule, ...rest } = key
  const steps = schedule.sigmas.length - 1
  return {
    format,
    version,
    method: 'plan',
    key: { ...rest, schedule: schedule.name, steps },
    calibration,
    floor,
    certificate: certificateOf(frontier),
    ...planRows(frontier),
  }
}

/** The same of a policy of the paper. @throws FastFlowError `invalid-argument`. */
export function paperSummary(document: PolicyDocument<PaperState>): Record<string, unknown> {
  if (!isRecord(document) || !isRecord(document.key) || !isRecord(document.state))
    throw invalidArgument('document', `is ${shown(document)}; pass what parsePaperDocument returned`)
  const { format, version, key, state } = document
  const { sigmas, ...rest } = key
  const { generations, mu, arms, numSteps } = state
  return { format, version, method: 'paper', key: { ...rest, steps: numSteps }, generations, mu, arms }
}
