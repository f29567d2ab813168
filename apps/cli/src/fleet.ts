import { FastFlowError, invalidArgument } from '@fastflow/core'
import type { BullmqQueue } from '@fastflow/queue-bullmq'
import type { Job, JobResult } from '@fastflow/server'
import type { RedisPolicyStore } from '@fastflow/store-redis'
import type { Redis } from 'ioredis'
import type { Io } from './io.ts'

interface OpenedQueue extends AsyncDisposable {
  readonly redis: Redis
  readonly queue: BullmqQueue<Job, JobResult>
}

/** What servers and workers on several machines share. */
export interface Fleet extends OpenedQueue {
  readonly store: RedisPolicyStore
}

/**
 * The queue and the store at an address of Redis or Valkey. Loaded on demand: most commands need neither.
 *
 * @throws FastFlowError `invalid-argument` naming `--queue` or `--data`, `output-unwritable` where it cannot be reached.
 */
export async function openFleet(
  io: Io,
  address: string,
  { data, limit }: { readonly data: string | undefined; readonly limit: number },
): Promise<Fleet> {
  checkAddress(address)
  if (data === undefined)
    throw invalidArgument('--data', 'is missing; with --queue give a folder that all machines share')
  const opened = await openQueue(address, limit)
  const { redisPolicyStore } = await import('@fastflow/store-redis')
  io.log('shares its queue and what it learns')
  return { ...opened, store: redisPolicyStore(opened.redis) }
}

/** The queue alone, to look at or to submit to. @throws FastFlowError as {@link openFleet} does. */
export async function openQueue(address: string, limit?: number): Promise<OpenedQueue> {
  checkAddress(address)
  const { Redis } = await import('ioredis')
  const { bullmqQueue } = await import('@fastflow/queue-bullmq')
  const redis = new Redis(address)
  // Why there is no connection; commands that fail say only that there is none.
  let reason = ''
  redis.on('error', ({ message }: Error) => {
    reason = message
  })
  const queue = bullmqQueue<Job, JobResult>(redis, { ...(limit !== undefined && { limit }) })
  const dispose = async (): Promise<void> => {
    await queue.close()
    redis.disconnect()
  }
  try {
    await queue.check()
  } catch (error) {
    await dispose()
    if (reason === '') throw error
    const message = `--queue: ${new URL(address).host} cannot be reached (${reason}); look whether Redis runs there`
    throw new FastFlowError({ code: 'output-unwritable', field: '--queue', message, cause: error })
  }
  return { redis, queue, [Symbol.asyncDispose]: dispose }
}

function checkAddress(address: string): void {
  if (!/^rediss?:\/\/[^\s/]/.test(address))
    throw invalidArgument('--queue', `${address} is no address; give one like redis://127.0.0.1:6379`)
}
