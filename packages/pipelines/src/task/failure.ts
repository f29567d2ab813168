import { FastFlowError, type SampleStatus } from '@fastflow/core'

const errors = {
  'non-finite': { code: 'non-finite-velocity', field: 'velocity' },
  aborted: { code: 'aborted', field: 'signal' },
  stopped: { code: 'aborted', field: 'onStep' },
} as const

/** The error for a run that did not complete. */
export function failureOf(status: Exclude<SampleStatus, { kind: 'completed' }>): FastFlowError {
  const cause = status.kind === 'aborted' ? status.reason : undefined
  return new FastFlowError({ ...errors[status.kind], message: status.remedy, cause })
}

/** Whether work was given up because its signal said so. */
export function isCancelled(error: unknown): boolean {
  return FastFlowError.isInstance(error) && error.code === 'aborted' && error.field === 'signal'
}
