import { HttpError } from '../answers/http-error.ts'
import type { ImageRecord } from '../ports/job.ts'
import type { Service } from './service.ts'

/** The record of a job of this owner. @throws HttpError 404, also for the job of another. */
export async function recordOf({ queue }: Service, owner: string, id: string): Promise<ImageRecord> {
  const record = await queue.read(id)
  if (record !== undefined && record.job.owner === owner) return record
  throw new HttpError({
    status: 404,
    code: 'not_found',
    param: 'id',
    message: 'id: there is no such job, or its time is over',
  })
}
