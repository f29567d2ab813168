import { invalidArgument, type Queue } from '@fastflow/core'
import type { Job, JobResult } from '@fastflow/server'
import type { RedisPolicyStore } from '@fastflow/store-redis'
import type { Io } from './io.ts'

/** What servers and workers on several machines share. */
export interface Fleet extends AsyncDisposable {
  readonly queue: Queue<Job, JobResult>
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
  if (!/^rediss?:\/\/[^\s/]/.test(address))
    throw invalidArgument('--queue', `${address} is no address; give one like redis://127.0.0.1:6379`)
  if (data === undefined)
    throw invalidArgument('--data', 'is missing; with --queue give a folder that all machines share')
  const { Redis } = await import('ioredis')
  const { bullmqQueue } = await import('@fastflow/queue-bullmq')
  const { redisPolicyStore } = await import('@fastflow/store-redis')
  const redis = new Redis(address)
  // Commands that fail say why.
  redis.on('error', () => {})
  const queue = bullmqQueue<Job, JobResult>(redis, { limit })
  const dispose = async (): Promise<void> => {
    await queue.close()
    redis.disconnect()
  }
  try {
    await queue.check()
  } catch (error) {
    await dispose()
    throw error
  }
  io.log('shares its queue and what it learns')
  return { queue, store: redisPolicyStore(redis), [Symbol.asyncDispose]: dispose }
}
