import { FastFlowError } from '@fastflow/core'

/** What `work` gives; undefined where the model refuses. */
export function attempt<Result>(work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    if (FastFlowError.isInstance(error)) return undefined
    throw error
  }
}
