import { HttpError } from '../answers/http-error.ts'
import type { ImageRecord, Job } from '../ports/job.ts'
import type { Service } from './service.ts'

/** Which part of a list is asked for. */
export interface PageQuery {
  /** Begins behind this one. */
  readonly after?: string
  readonly limit: string
  readonly order: 'asc' | 'desc'
}

/** Texts, as queries are. */
export const pageQuery: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    after: { type: 'string', maxLength: 128, description: 'Id of the last one of the part before.' },
    limit: {
      type: 'string',
      pattern: '^([1-9]\\d?|100)$',
      default: '20',
      description: 'Most clips, 1 to 100.',
    },
    order: {
      type: 'string',
      enum: ['asc', 'desc'],
      default: 'desc',
      description: 'By when they were asked for.',
    },
  },
}

/** What lists of an owner's clips are found by. */
export function groupOf({ kind, owner }: Pick<Job, 'kind' | 'owner'>): string | undefined {
  return kind === 'video' ? `videos of ${owner}` : undefined
}

/** @throws HttpError 400 for an `after` that is not in the list. */
export async function pageOf(
  { queue }: Service,
  owner: string,
  { after, limit, order }: PageQuery,
): Promise<{ readonly records: readonly ImageRecord[]; readonly hasMore: boolean }> {
  const ids = [...(await queue.list(groupOf({ kind: 'video', owner })!))]
  if (order === 'desc') ids.reverse()
  const begin = after === undefined ? 0 : ids.indexOf(after) + 1
  if (after !== undefined && begin === 0)
    throw new HttpError({
      status: 400,
      code: 'invalid-argument',
      param: 'after',
      message: 'after: there is no such clip, or its time is over',
    })
  const end = begin + Number(limit)
  const read = await Promise.all(ids.slice(begin, end).map((id) => queue.read(id)))
  // One that was forgotten meanwhile is not in it.
  return { records: read.filter((record) => record !== undefined), hasMore: end < ids.length }
}
