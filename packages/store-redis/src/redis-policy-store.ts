import { AsyncLocalStorage } from 'node:async_hooks'
import type { PolicyStore, UpdateJournal } from '@fastflow/core'
import { checkFunction, checkPolicyKey, checkText, policyText } from '@fastflow/core/backend'
import { unreadable, unwritable } from './failure.ts'
import { checkedOptions, type RedisClient, type RedisStoreOptions } from './options.ts'
import { redisJournal } from './redis-journal.ts'

/** A store that a fleet of workers shares. */
export interface RedisPolicyStore extends PolicyStore {
  readonly journal: UpdateJournal
  /**
   * Runs a job whose updates count once, however often it is delivered: the n-th update of each policy within `work` is named
   * by the job and n, and one of a name that was seen within the window is passed over.
   *
   * @param job the same text whenever the same job comes again, e.g. its id in the queue.
   * @returns what `work` returns.
   */
  once<Result>(job: string, work: () => Promise<Result>): Promise<Result>
}

/** The job under way, and how many updates of each policy it has appended. */
interface Job {
  readonly name: string
  readonly appended: Map<string, number>
}

/**
 * Plans, policies and their updates in Redis or Valkey, shared by all who use the same address and prefix.
 *
 * `save` replaces a document at once; of several that save at the same time the last wins. Updates go into the journal, where
 * all stay: what workers append while one of them folds is kept for the next fold. They are as durable as Redis is set up
 * (`appendonly yes`, `appendfsync everysec` loses at most a second).
 *
 * @param redis a client of ioredis; closing it is up to who made it.
 * @throws FastFlowError `invalid-argument` for a key that is not lower-case letters, digits and hyphens or a document that is
 *   not JSON; `policy-unreadable` and `output-unwritable` where Redis cannot be reached or refuses.
 */
export function redisPolicyStore(redis: RedisClient, options: RedisStoreOptions = {}): RedisPolicyStore {
  const checked = checkedOptions(redis, options)
  const { prefix } = checked
  const jobs = new AsyncLocalStorage<Job>()
  const nextId = (key: string): string | undefined => {
    const job = jobs.getStore()
    if (job === undefined) return undefined
    const n = job.appended.get(key) ?? 0
    job.appended.set(key, n + 1)
    return `${job.name}\n${n}`
  }
  const nameOf = (key: string): string => `${prefix}{${checkPolicyKey(key)}}:document`
  return {
    version: 1,
    journal: redisJournal(redis, checked, nextId),
    async check() {
      try {
        // Under a name no policy has.
        await redis.set(`${prefix}check`, '', 'PX', 1)
      } catch (cause) {
        throw unwritable('check', cause)
      }
    },
    async load(key) {
      const name = nameOf(key)
      try {
        const text = await redis.get(name)
        return text === null ? undefined : JSON.parse(text)
      } catch (cause) {
        throw unreadable(key, cause)
      }
    },
    async save(key, document) {
      const name = nameOf(key)
      const text = policyText(document)
      try {
        await redis.set(name, text)
      } catch (cause) {
        throw unwritable(key, cause)
      }
    },
    async once(job, work) {
      checkText('job', job, 'what names the job, the same whenever it comes again')
      checkFunction('work', work, 'async () => result')
      return jobs.run({ name: job, appended: new Map() }, work)
    },
  }
}
