import { invalidArgument } from '@fastflow/core'
import {
  checkOptions,
  checkPositive,
  checkText,
  checkWhole,
  type OptionNames,
  shown,
} from '@fastflow/core/backend'
import type { Redis } from 'ioredis'

export interface BullmqQueueOptions {
  /** Begins the names of all keys; queues of one prefix are one queue. Default `fastflow:`. */
  readonly prefix?: string
  /** Jobs that may wait, 1 to 100000, default 64. Those at work do not count. */
  readonly limit?: number
  /** Seconds that what came of a job is kept, default 3600. */
  readonly keepSeconds?: number
  /**
   * Seconds after which the job of a worker that is gone may go to another, default 30; between one and two times as long in
   * practice. A worker that lives renews its hold three times within them.
   */
  readonly lockSeconds?: number
}

/** What is used of ioredis. */
export type RedisClient = Pick<
  Redis,
  'eval' | 'hget' | 'zcard' | 'zrange' | 'publish' | 'ping' | 'duplicate' | 'options'
>

export type CheckedOptions = Required<BullmqQueueOptions>

const NAMES: OptionNames<BullmqQueueOptions> = {
  prefix: true,
  limit: true,
  keepSeconds: true,
  lockSeconds: true,
}
const USED = ['eval', 'hget', 'zcard', 'zrange', 'publish', 'ping', 'duplicate'] as const

export function checkedOptions(redis: RedisClient, options: BullmqQueueOptions): CheckedOptions {
  for (const name of USED)
    if (typeof redis?.[name] !== 'function')
      throw invalidArgument('redis', `is ${shown(redis)}, not a client of ioredis; pass new Redis(address)`)
  if (redis.options?.keyPrefix)
    throw invalidArgument('redis', 'has a keyPrefix, with which BullMQ does not work; use the option prefix')
  checkOptions('options', options, NAMES)
  const { prefix = 'fastflow:', limit = 64, keepSeconds = 3600, lockSeconds = 30 } = options
  checkText('prefix', prefix, 'what begins the names of all keys')
  checkWhole('limit', limit, 1, 100_000)
  checkPositive('keepSeconds', keepSeconds)
  checkPositive('lockSeconds', lockSeconds)
  return { prefix, limit, keepSeconds, lockSeconds }
}
