import { FastFlowError } from '@fastflow/core'

/** The typed error that `work` ends with, whose message has to be one line. */
export async function failure(work: () => unknown): Promise<FastFlowError> {
  try {
    await work()
  } catch (error) {
    if (!FastFlowError.isInstance(error)) throw error
    if (error.message.includes('\n')) throw new Error(`more than one line: ${error.message}`)
    return error
  }
  throw new Error('nothing was thrown')
}
