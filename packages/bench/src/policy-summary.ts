import type { Frontier } from '@fastflow/core'
import type { PaperState, PolicyDocument } from '@fastflow/pipelines'
import { certificateOf, planRows } from './plan-rows.ts'

/** What a plan is for, what it cost and what its plans do: plain JSON, without its grid. */
export function planSummary(frontier: Frontier): Record<string, unknown> {
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

/** The same of a policy of the paper. */
export function paperSummary({
  format,
  version,
  key,
  state,
}: PolicyDocument<PaperState>): Record<string, unknown> {
  const { sigmas, ...rest } = key
  const { generations, mu, arms, numSteps } = state
  return { format, version, method: 'paper', key: { ...rest, steps: numSteps }, generations, mu, arms }
}
