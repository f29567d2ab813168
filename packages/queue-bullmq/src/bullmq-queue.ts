import {
  type AbortSignalHeard,
  type Claim,
  FastFlowError,
  invalidArgument,
  type JobEvent,
  type Queue,
  type QueueJob,
  type QueueStats,
} from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import { createBell } from './bell.ts'
import { createChannels } from './channels.ts'
import { type ClaimContext, claimOf, endJob } from './claim.ts'
import { createDeliveries, type Deliveries } from './deliveries.ts'
import { type BullmqQueueOptions, checkedOptions, type RedisClient } from './options.ts'
import { createPresence } from './presence.ts'
import { baseOf, createRecords, readRecord, removeRecord, unreachable } from './records.ts'
import { LIST, SUBMIT } from './scripts.ts'

/** Milliseconds until a worker looks again for jobs whose worker is gone. */
const LOOK_MS = 500

/** Jobs that are looked after at once where none is delivered. */
const LOOK_AFTER = 16

/** A queue that several processes share. */
export interface BullmqQueue<Job extends QueueJob, Result> extends Queue<Job, Result> {
  /** Processes that take jobs. One that was killed counts for `lockSeconds`. */
  workers(): Promise<number>
}

/**
 * A queue in Redis or Valkey, on BullMQ, for servers and workers in several processes and on several machines. Accepted jobs
 * are as durable as Redis is set up (`appendonly yes`, `appendfsync everysec` loses at most a second).
 *
 * @param redis a client of ioredis without `keyPrefix`; closing it is up to who made it. The queue opens connections like it:
 *   two, and one a model that is worked on.
 * @throws FastFlowError `invalid-argument` naming the option; methods throw `output-unwritable` with the field `queue` where
 *   Redis cannot be reached or refuses.
 */
export function bullmqQueue<Job extends QueueJob, Result>(
  redis: RedisClient,
  options: BullmqQueueOptions = {},
): BullmqQueue<Job, Result> {
  const checked = checkedOptions(redis, options)
  const { limit, keepSeconds, lockSeconds } = checked
  const base = baseOf(checked)
  const records = createRecords(redis, base)
  const connect = () => redis.duplicate({ maxRetriesPerRequest: null }).on('error', () => {})
  const connection = connect()
  const channels = createChannels(connect())
  const lockMs = Math.ceil(lockSeconds * 1000)
  const deliveries = createDeliveries(connection, `${base}bull`, lockMs)
  const presence = createPresence(records, lockMs)
  const bell = createBell()
  const ring = (): Promise<unknown> => records.ask((client) => client.publish(records.news, ''))
  const held = new Set<() => void>()
  const keepMs = Math.ceil(keepSeconds * 1000)
  const context: ClaimContext = { records, channels, keepMs, lockMs, held, ring }
  const listening = channels.listen(records.news, bell.ring)
  // Who waits for a job looks from time to time as well.
  listening.catch(() => {})
  const deliver = deliverer(deliveries, ring)

  const next = async (model: string): Promise<Claim<Job, Result> | undefined> => {
    for (;;) {
      const token = crypto.randomUUID()
      const delivery = await deliveries.next(model, token)
      if (delivery === undefined) return undefined
      const claim = await claimOf<Job, Result>(context, delivery, token)
      if (claim !== undefined) return claim
      await delivery.done().catch(() => {})
    }
  }

  /** Delivers jobs whose server was gone between writing them down and handing them to BullMQ. */
  const lookAfter = async (models: readonly string[]): Promise<void> => {
    const ids = await records.ask((client) => client.zrange(records.waiting, 0, LOOK_AFTER - 1))
    for (const id of ids) {
      const record = await readRecord<Job, Result>(records, id)
      const order = await records.ask((client) => client.hget(records.of(id), 'order'))
      if (record?.state === 'queued' && order !== null && models.includes(record.job.model))
        await deliveries.add(record.job.model, { id, order })
    }
  }

  return {
    version: 1,
    async submit(job) {
      checkJob(job)
      const keys = [records.of(job.id), records.waiting, records.sequence]
      if (job.group !== undefined) keys.push(records.groupOf(job.group))
      const answer = await records.run(SUBMIT, keys, job.id, JSON.stringify(job), limit, records.of(''))
      const [accepted, text, state, order] = answer as [number, string, string, string]
      if (accepted < 0) throw queueFull(limit)
      const stands = JSON.parse(text) as Job
      // Also where it was known: who submitted it may have gone before it was delivered.
      if (state === 'queued') await deliver(stands, order)
      return { accepted: accepted === 1, job: stands }
    },
    async take(models, signal: AbortSignalHeard) {
      await presence.begin()
      while (!signal.aborted) {
        const { rings } = bell
        for (const model of models) {
          const claim = await next(model)
          if (claim === undefined) continue
          if (!signal.aborted) return claim
          await claim.release()
          return undefined
        }
        await lookAfter(models)
        await bell.wait(rings, LOOK_MS, signal)
      }
      return undefined
    },
    read: (id) => readRecord<Job, Result>(records, id),
    async list(group) {
      return (await records.run(LIST, [records.groupOf(group)], records.of(''))) as string[]
    },
    async cancel(id) {
      const [job, order] = await records.ask((client) =>
        Promise.all([client.hget(records.of(id), 'job'), client.hget(records.of(id), 'order')]),
      )
      const ended = await endJob(context, id, '', ['cancelled', '', undefined])
      // One that is at work is let go by its worker.
      if (ended && job !== null && order !== null)
        await deliveries.drop((JSON.parse(job) as Job).model, { id, order }).catch(() => {})
      return ended
    },
    remove: (id) => removeRecord(records, id),
    subscribe: (id, listener) =>
      channels.listen(records.channelOf(id), (message) => listener(JSON.parse(message) as JobEvent)),
    async stats(): Promise<QueueStats> {
      const [waiting, running, [oldest]] = await records.ask((client) =>
        Promise.all([
          client.zcard(records.waiting),
          client.zcard(records.running),
          client.zrange(records.waiting, 0, 0),
        ]),
      )
      const record = oldest === undefined ? undefined : await readRecord<Job, Result>(records, oldest)
      const oldestSeconds = record ? Math.max(0, (Date.now() - record.job.createdAt) / 1000) : 0
      return { waiting, running, limit, oldestSeconds }
    },
    workers: presence.count,
    async check() {
      await records.ask((client) => client.ping())
    },
    async close() {
      for (const stop of [...held]) stop()
      presence.end()
      await deliveries.close()
      channels.close()
      connection.disconnect()
    },
  }
}

function deliverer(deliveries: Deliveries, ring: () => Promise<unknown>) {
  return async ({ id, model }: QueueJob, order: string): Promise<void> => {
    try {
      await deliveries.add(model, { id, order })
    } catch (cause) {
      throw unreachable(cause)
    }
    await ring()
  }
}

function checkJob({ id, model, group }: QueueJob): void {
  if (typeof id !== 'string' || !/^[a-z0-9-]{1,128}$/.test(id))
    throw invalidArgument('id', `is ${shown(id)}, not 1 to 128 lower-case letters, digits and hyphens`)
  if (typeof model !== 'string' || !/^[a-z0-9._-]{1,128}$/.test(model))
    throw invalidArgument(
      'model',
      `is ${shown(model)}, not 1 to 128 lower-case letters, digits, dots, hyphens and underscores`,
    )
  if (group !== undefined && (typeof group !== 'string' || group.length < 1 || group.length > 200))
    throw invalidArgument('group', `is ${shown(group)}, not a text of 1 to 200 characters`)
}

function queueFull(limit: number): FastFlowError {
  return new FastFlowError({
    code: 'limit-exceeded',
    field: 'queue',
    message: `queue: ${limit} jobs are waiting already; try again later`,
  })
}
