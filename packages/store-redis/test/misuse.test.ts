import { describeMisuse, made, only, optional, options, whole } from '@fastflow/testkit'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import * as backend from '../src/index.ts'

// Nothing is asked of it: misuse is refused before.
const redis = new Redis({ lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
redis.on('error', () => {})
afterAll(() => redis.disconnect())
const store = backend.redisPolicyStore(redis)

describeMisuse('@fastflow/store-redis', backend, {
  redisPolicyStore: {
    call: backend.redisPolicyStore,
    arguments: {
      redis: made(() => redis, null, undefined, {}, 'redis://127.0.0.1', 6379, { get: 1 }),
      options: optional(
        options({ prefix: optional(only(['text'], 'a:', '')), window: optional(whole(60, 0, 0.5)) }),
      ),
    },
  },
  'RedisPolicyStore.once': {
    call: store.once,
    arguments: { job: only(['text'], 'a', ''), work: only(['function'], async () => 1) },
  },
})
