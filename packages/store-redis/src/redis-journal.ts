import { randomUUID } from 'node:crypto'
import type { JournalContent, UpdateJournal } from '@fastflow/core'
import { checkFunction, checkPolicyKey, policyText } from '@fastflow/core/backend'
import { unreadable, unwritable } from './failure.ts'
import type { CheckedOptions, RedisClient } from './options.ts'
import { APPEND, FOLD, READ, UNLOCK } from './scripts.ts'

/** After so long a worker that folds is taken for dead: folding takes milliseconds. */
const LOCK_MS = 30_000

interface Stored {
  readonly document: string | undefined
  readonly updates: readonly string[]
}

/** Names a writer's update, so that it counts once however often it comes; undefined for one that has no name. */
export type NextId = (key: string) => string | undefined

/** A journal in Redis: what is appended is there once `append` resolves, as durably as Redis itself is set up. */
export function redisJournal(
  redis: RedisClient,
  { prefix, windowMs }: CheckedOptions,
  nextId: NextId,
): UpdateJournal {
  const keysOf = (key: string) => {
    const name = `${prefix}{${checkPolicyKey(key)}}:`
    return { document: `${name}learned`, updates: `${name}updates`, ids: `${name}ids`, lock: `${name}lock` }
  }
  const stored = async (key: string): Promise<Stored> => {
    const { document, updates } = keysOf(key)
    try {
      const [text, lines] = (await redis.eval(READ, 2, document, updates)) as [string | null, string[]]
      return { document: text ?? undefined, updates: lines }
    } catch (cause) {
      throw unreadable(key, cause)
    }
  }
  return {
    version: 1,
    async append(key, update) {
      const { updates, ids } = keysOf(key)
      const text = policyText(update)
      try {
        await redis.eval(APPEND, 2, updates, ids, text, nextId(key) ?? '', windowMs)
      } catch (cause) {
        throw unwritable(key, cause)
      }
    },
    read: async (key) => contentOf(key, await stored(key)),
    async compact(key, fold) {
      const { document, updates, lock } = keysOf(key)
      checkFunction('fold', fold, '(document, updates) => document')
      const token = randomUUID()
      try {
        if ((await redis.set(lock, token, 'PX', LOCK_MS, 'NX')) === null) return false
      } catch (cause) {
        throw unwritable(key, cause)
      }
      try {
        const before = await stored(key)
        const content = contentOf(key, before)
        const text = policyText(fold(content.document, content.updates))
        const keys = [document, updates, lock]
        const done = await redis
          .eval(FOLD, keys.length, ...keys, token, text, before.updates.length)
          .catch((cause) => {
            throw unwritable(key, cause)
          })
        return done === 1
      } catch (error) {
        // A lock that cannot be given back ends by itself.
        await redis.eval(UNLOCK, 1, lock, token).catch(() => {})
        throw error
      }
    },
  }
}

function contentOf(key: string, { document, updates }: Stored): JournalContent {
  const read: unknown[] = []
  let damaged = 0
  for (const line of updates) {
    try {
      read.push(JSON.parse(line))
    } catch {
      damaged++
    }
  }
  try {
    return { document: document === undefined ? undefined : JSON.parse(document), updates: read, damaged }
  } catch (cause) {
    throw unreadable(key, cause)
  }
}
