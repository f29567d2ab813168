// A worker that learns from a job, says so, and completes it when it is told to.
import { bullmqQueue } from '@fastflow/queue-bullmq'
import { redisPolicyStore } from '@fastflow/store-redis'
import { Redis } from 'ioredis'

const [port, prefix] = process.argv.slice(2)
const redis = new Redis({ port: Number(port), host: '127.0.0.1', maxRetriesPerRequest: null })
const queue = bullmqQueue(redis, { prefix, lockSeconds: 0.5 })
const store = redisPolicyStore(redis, { prefix })
const told = new Promise((resolve) => process.once('message', resolve))

const claim = await queue.take(['words'], new AbortController().signal)
await store.once(claim.job.id, () => store.journal.append('learned', { reward: 1 }))
process.send({ id: claim.job.id, attempt: claim.attempt })
await told
await claim.complete(`attempt ${claim.attempt}`)
await queue.close()
redis.disconnect()
process.disconnect()
