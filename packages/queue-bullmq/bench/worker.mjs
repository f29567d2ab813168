// One worker of bench/killed.mjs: learns from every job, works some milliseconds on it, completes it.
import { setTimeout as sleep } from 'node:timers/promises'
import { bullmqQueue } from '@fastflow/queue-bullmq'
import { redisPolicyStore } from '@fastflow/store-redis'
import { Redis } from 'ioredis'

const WORK_MS = 5

const redis = new Redis({
  port: Number(process.argv[2]),
  maxRetriesPerRequest: null,
  retryStrategy: () => 50,
})
redis.on('error', () => {})
const queue = bullmqQueue(redis, { lockSeconds: 1 })
const store = redisPolicyStore(redis)
const never = new AbortController().signal

for (;;) {
  try {
    const claim = await queue.take(['words'], never)
    const { id } = claim.job
    await store.once(id, () => store.journal.append('learned', { id }))
    await sleep(WORK_MS)
    await claim.complete(id)
  } catch (error) {
    // Redis is away.
    process.stderr.write(`worker: ${error.message}\n`)
    await sleep(100)
  }
}
