// Three workers, one of which is killed every few seconds, and a Redis that is killed twice: nothing may be lost, and no
// reward counted twice. Usage, after a build and with redis-server installed: node bench/killed.mjs [jobs]
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { bullmqQueue } from '@fastflow/queue-bullmq'
import { redisPolicyStore } from '@fastflow/store-redis'
import { Redis } from 'ioredis'
import { fold, replay } from './learned.mjs'

const KILL_EVERY_MS = 5000
/** Shares of the jobs after which Redis is killed. */
const REDIS_ENDS_AT = [0.3, 0.6]
const PORT = 17_391

const jobs = Number(process.argv[2] ?? 10_000)
const folder = mkdtempSync(join(tmpdir(), 'fastflow-killed-'))
const files = ['--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
const startRedis = () =>
  spawn('redis-server', ['--port', String(PORT), '--bind', '127.0.0.1', ...files], { stdio: 'ignore' })
const startWorker = () =>
  fork(fileURLToPath(new URL('worker.mjs', import.meta.url)), [String(PORT)], { execArgv: [] })

let server = startRedis()
const redis = new Redis({ port: PORT, maxRetriesPerRequest: null, retryStrategy: () => 50 })
redis.on('error', () => {})
const queue = bullmqQueue(redis, { limit: 100_000, lockSeconds: 1 })
const ids = Array.from({ length: jobs }, (_, k) => `job-${k}`)
await Promise.all(ids.map((id) => queue.submit({ id, model: 'words', createdAt: Date.now() })))

const workers = [startWorker(), startWorker(), startWorker()]
const began = performance.now()
let killed = 0
const killing = setInterval(() => {
  const victim = Math.floor(Math.random() * workers.length)
  workers[victim].kill('SIGKILL')
  workers[victim] = startWorker()
  killed++
}, KILL_EVERY_MS)
const ends = [...REDIS_ENDS_AT]
for (;;) {
  await sleep(200)
  const { waiting, running } = await queue.stats()
  if (waiting + running === 0) break
  if (1 - waiting / jobs < ends[0]) continue
  if (ends.shift() === undefined) continue
  const gone = once(server, 'exit')
  server.kill('SIGKILL')
  await gone
  server = startRedis()
}
clearInterval(killing)
const seconds = (performance.now() - began) / 1000

const records = await Promise.all(ids.map((id) => queue.read(id)))
const { document, updates } = await redisPolicyStore(redis).journal.read('learned')
const { log, state } = fold(document, updates)
const learned = new Set(log).size
const same = JSON.stringify(state) === JSON.stringify(replay(log))
const lost = records.filter((record, k) => record?.result !== ids[k]).length
const again = records.filter((record) => record?.attempts > 1).length
process.stdout.write(
  `${jobs} jobs in ${seconds.toFixed(1)} s, ${killed} workers killed, Redis killed ${REDIS_ENDS_AT.length - ends.length} times: ` +
    `${lost} lost, ${again} delivered again, ${log.length - learned} rewards counted twice, ${jobs - learned} missing; ` +
    `merged statistics ${same ? 'equal' : 'DIFFER FROM'} a replay of the log to the last bit\n`,
)
if (lost > 0 || log.length !== jobs || learned !== jobs || !same) process.exitCode = 1

for (const worker of workers) worker.kill('SIGKILL')
await queue.close()
redis.disconnect()
server.kill('SIGKILL')
rmSync(folder, { recursive: true, force: true })
