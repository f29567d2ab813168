import { FastFlowError, type SampleStatus } from '@fastflow/core'

const errors = {
  'non-finite': { code: 'non-finite-velocity', field: 'velocity' },
  aborted: { code: 'aborted', field: 'signal' },
  stopped: { code: 'aborted', field: 'onStep' },
} as const

/** The error for a run that did not complete. */
export function failureOf({ kind, remedy }: Exclude<SampleStatus, { kind: 'completed' }>): FastFlowError {
  return new FastFlowError({ ...errors[kind], message: remedy })
}
