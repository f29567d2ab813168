import { FastFlowError } from '@fastflow/core'

/** What `submit` throws where no more jobs may wait. */
export function queueFull(limit: number): FastFlowError {
  return new FastFlowError({
    code: 'limit-exceeded',
    field: 'queue',
    message: `queue: ${limit} jobs are waiting already; try again later`,
  })
}
