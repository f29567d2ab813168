import { FastFlowError } from '@fastflow/core'

/** Bad usage gives 2, everything else that goes wrong 1. */
export function exitCodeOf(error: unknown): 1 | 2 {
  if (!FastFlowError.isInstance(error)) return 1
  return error.code === 'invalid-argument' || error.code === 'model-not-found' ? 2 : 1
}

/** One line for people; unexpected errors keep their stack, they are ours to fix. */
export function describeError(error: unknown): string {
  if (FastFlowError.isInstance(error)) return `fastflow: ${error.message.replaceAll(/\s*\n\s*/g, ' ')}`
  return `fastflow: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}
