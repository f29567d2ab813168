// One worker of bench/killed.mjs: learns from every job, works some milliseconds on it, completes it; from time to time puts what
// all workers have learned together. Usage: node worker.mjs PORT [PREFIX]
import { setTimeout as sleep } from 'node:timers/promises'
import { bullmqQueue } from '@fastflow/queue-bullmq'
import { redisPolicyStore } from '@fastflow/store-redis'
import { Redis } from 'ioredis'
import { fold, rewardOf } from './learned.mjs'

const WORK_MS = 5
const FOLD_EVERY = 20

const [port, prefix = 'fastflow:'] = process.argv.slice(2)
const redis = new Redis({
  port: Number(port),
  maxRetriesPerRequest: null,
  retryStrategy: () => 50,
})
redis.on('error', () => {})
const queue = bullmqQueue(redis, { prefix, lockSeconds: 1 })
const store = redisPolicyStore(redis, { prefix })
const never = new AbortController().signal

for (let n = 1; ; n++) {
  try {
    const claim = await queue.take(['words'], never)
    const { id } = claim.job
    await store.once(id, () => store.journal.append('learned', rewardOf(id)))
    if (n % FOLD_EVERY === 0) await store.journal.compact('learned', fold)
    await sleep(WORK_MS)
    await claim.complete(id)
  } catch (error) {
    // Redis is away.
    process.stderr.write(`worker: ${error.message}\n`)
    await sleep(100)
  }
}
