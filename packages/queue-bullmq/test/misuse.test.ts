import { describeMisuse, made, only, optional, options, real, whole } from '@fastflow/testkit'
import { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import * as backend from '../src/index.ts'

// Nothing is asked of it: misuse is refused before.
const redis = new Redis({ lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
redis.on('error', () => {})
const queues: ReturnType<typeof backend.bullmqQueue>[] = []
afterAll(async () => {
  for (const queue of queues) await queue.close()
  redis.disconnect()
})

describeMisuse('@fastflow/queue-bullmq', backend, {
  bullmqQueue: {
    call: (...values: Parameters<typeof backend.bullmqQueue>) => {
      queues.push(backend.bullmqQueue(...values))
    },
    arguments: {
      redis: made(() => redis, null, undefined, {}, 'redis://127.0.0.1', 6379, { get: 1 }),
      options: optional(
        options({
          prefix: optional(only(['text'], 'a:', '')),
          limit: optional(whole(64, 0, 100_001, 0.5)),
          keepSeconds: optional(real(60, 0, -1)),
          lockSeconds: optional(real(30, 0, -1)),
        }),
      ),
    },
  },
})
