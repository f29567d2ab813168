import { FastFlowError } from '@fastflow/core'

/** The FastFlow error that `call` throws. */
export function errorOf(call: () => unknown): FastFlowError {
  try {
    call()
  } catch (error) {
    if (FastFlowError.isInstance(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** The FastFlow error that `work` is rejected with. */
export async function rejectionOf(work: Promise<unknown>): Promise<FastFlowError> {
  const error: unknown = await work.then(
    () => new Error('nothing was thrown'),
    (reason) => reason,
  )
  if (FastFlowError.isInstance(error)) return error
  throw error
}
