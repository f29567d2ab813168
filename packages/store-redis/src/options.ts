import { invalidArgument } from '@fastflow/core'
import { checkOptions, checkText, checkWhole, type OptionNames, shown } from '@fastflow/core/backend'
import type { Redis } from 'ioredis'

export interface RedisStoreOptions {
  /** Begins the names of all keys; stores of one prefix are one store. Default `fastflow:`. */
  readonly prefix?: string
  /**
   * Seconds that an update is remembered by its id, so that a job which is delivered again within them counts once. Longer
   * than any job can wait and run; default a day.
   */
  readonly window?: number
}

/** What is used of ioredis. */
export type RedisClient = Pick<Redis, 'get' | 'set' | 'del' | 'eval'>

export interface CheckedOptions {
  readonly prefix: string
  readonly windowMs: number
}

const NAMES: OptionNames<RedisStoreOptions> = { prefix: true, window: true }
const DAY = 86_400
const YEAR = 365 * DAY

export function checkedOptions(redis: RedisClient, options: RedisStoreOptions): CheckedOptions {
  for (const name of ['get', 'set', 'del', 'eval'] as const)
    if (typeof redis?.[name] !== 'function')
      throw invalidArgument('redis', `is ${shown(redis)}, not a client of ioredis; pass new Redis(address)`)
  checkOptions('options', options, NAMES)
  const { prefix = 'fastflow:', window = DAY } = options
  checkText('prefix', prefix, 'what begins the names of all keys')
  checkWhole('window', window, 1, YEAR)
  return { prefix, windowMs: window * 1000 }
}
