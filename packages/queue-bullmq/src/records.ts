import { FastFlowError, type JobRecord, type JobState, type QueueJob } from '@fastflow/core'
import type { CheckedOptions, RedisClient } from './options.ts'
import { READ, REMOVE } from './scripts.ts'

/** What is known of the jobs, in Redis. */
export interface Records {
  /** Name of a job's record. */
  of(id: string): string
  /** Channel on which is told what happens to a job. */
  channelOf(id: string): string
  readonly waiting: string
  readonly running: string
  readonly sequence: string
  /** Who takes jobs, until when at least. */
  readonly workers: string
  groupOf(group: string): string
  /** Channel that is rung when a job waits. */
  readonly news: string
  /** Runs a script. @throws FastFlowError `output-unwritable`. */
  run(script: string, keys: readonly string[], ...values: (string | number)[]): Promise<unknown>
  /** @throws FastFlowError `output-unwritable`. */
  ask<Answer>(question: (redis: RedisClient) => Promise<Answer>): Promise<Answer>
}

/** Name in braces: all keys of a queue on one node of a cluster. */
export const baseOf = ({ prefix }: CheckedOptions): string => `${prefix}{jobs}:`

export function createRecords(redis: RedisClient, base: string): Records {
  const ask = async <Answer>(question: (redis: RedisClient) => Promise<Answer>): Promise<Answer> => {
    try {
      return await question(redis)
    } catch (cause) {
      throw unreachable(cause)
    }
  }
  return {
    of: (id) => `${base}record:${id}`,
    channelOf: (id) => `${base}events:${id}`,
    waiting: `${base}waiting`,
    running: `${base}running`,
    sequence: `${base}sequence`,
    workers: `${base}workers`,
    groupOf: (group) => `${base}group:${group}`,
    news: `${base}news`,
    run: (script, keys, ...values) => ask((client) => client.eval(script, keys.length, ...keys, ...values)),
    ask,
  }
}

export function unreachable(cause: unknown): FastFlowError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message = `queue: cannot be reached (${reason}); look whether Redis is reachable and takes writes`
  return new FastFlowError({ code: 'output-unwritable', field: 'queue', message, cause })
}

export async function readRecord<Job extends QueueJob, Result>(
  records: Records,
  id: string,
): Promise<JobRecord<Job, Result> | undefined> {
  const answer = await records.run(READ, [records.of(id), records.waiting], id)
  const [pairs, position] = answer as [string[], number | null]
  const fields = new Map<string, string>()
  for (let k = 0; k < pairs.length; k += 2) fields.set(pairs[k]!, pairs[k + 1]!)
  const job = fields.get('job')
  if (job === undefined) return undefined
  const json = <Name extends string>(name: Name): object =>
    fields.has(name) ? { [name]: JSON.parse(fields.get(name)!) } : {}
  return {
    job: JSON.parse(job),
    state: fields.get('state') as JobState,
    attempts: Number(fields.get('attempts')),
    ...(position === null ? {} : { position }),
    ...json('progress'),
    ...json('result'),
    ...json('error'),
    ...json('startedAt'),
    ...json('finishedAt'),
  }
}

export async function removeRecord(records: Records, id: string): Promise<boolean> {
  return (await records.run(REMOVE, [records.of(id)])) === 1
}
