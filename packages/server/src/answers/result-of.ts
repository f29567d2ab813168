import type { ImageRecord, JobResult } from '../ports/job.ts'
import { HttpError, httpErrorOf } from './http-error.ts'

/** @throws HttpError for a job that came to nothing. */
export function resultOf({ state, result, error }: ImageRecord): JobResult {
  if (result !== undefined) return result
  throw error === undefined
    ? new HttpError({ status: 409, code: 'cancelled', message: `the job was ${state}` })
    : httpErrorOf(error)
}
