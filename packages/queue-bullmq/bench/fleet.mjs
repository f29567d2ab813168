// One worker against two on the same queue, in turns: evaluations per second, and what queue, store and files cost a job beside the
// network's own time. Jobs are full runs of 50 steps of cifar10; each worker has one thread. It means something where each worker has
// a core of its own. Usage, after a build and with redis-server installed: node bench/fleet.mjs [jobs a turn] [turns]
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bullmqQueue } from '@fastflow/queue-bullmq'
import { Redis } from 'ioredis'

const STEPS = 50
const PORT = 17_392

const [jobs = 12, turns = 4] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'fastflow-fleet-'))
const files = ['--dir', folder, '--save', '', '--appendonly', 'yes']
const server = spawn('redis-server', ['--port', String(PORT), '--bind', '127.0.0.1', ...files], {
  stdio: 'ignore',
})
const redis = new Redis({ port: PORT, maxRetriesPerRequest: null, retryStrategy: () => 50 })
redis.on('error', () => {})
const queue = bullmqQueue(redis, { limit: 10_000 })
const file = fileURLToPath(new URL('fleet-worker.mjs', import.meta.url))
const model = fileURLToPath(new URL('../../../models/cifar10/', import.meta.url))
const workers = [0, 1].map(() => fork(file, [String(PORT), join(folder, 'files'), model], { execArgv: [] }))
await Promise.all(workers.map((worker) => once(worker, 'message')))

let made = 0
/** A job as a server hands it over. */
const job = (n = 1) => ({
  id: `job-${made++}`,
  kind: 'generation',
  model: 'cifar10',
  owner: 'anyone',
  request: { prompt: 'cat', n, seed: made, accelerate: 'off', format: 'png', partialImages: 0 },
  fingerprint: '',
  createdAt: Date.now(),
  timeoutSeconds: 600,
  reply: { responseFormat: 'url', quality: 'high' },
})

/** @returns evaluations per second. */
async function turn(working) {
  const all = Array.from({ length: jobs * working.length }, job)
  for (const one of all) await queue.submit(one)
  const began = performance.now()
  for (const worker of working) worker.send('work')
  for (const { id } of all) {
    let ended = (await queue.read(id)).finishedAt !== undefined
    const stop = await queue.subscribe(id, ({ type }) => {
      if (type === 'ended') ended = true
    })
    while (!ended) {
      await new Promise((wake) => setTimeout(wake, 5))
    }
    stop()
    const { state, error } = await queue.read(id)
    if (state !== 'completed') throw new Error(`${id} ${state}: ${error?.message}`)
  }
  const seconds = (performance.now() - began) / 1000
  const rested = working.map((worker) => once(worker, 'message'))
  for (const worker of working) worker.send('rest')
  for (const [spent] of await Promise.all(rested))
    for (const part of Object.keys(total)) total[part] += spent[part]
  return (all.length * STEPS) / seconds
}

const total = { queue: 0, store: 0, blobs: 0, model: 0, jobs: 0 }
const rates = { one: [], two: [] }
await turn(workers)
for (const part of Object.keys(total)) total[part] = 0
for (let k = 0; k < turns; k++) {
  rates.one.push(await turn([workers[k % 2]]))
  rates.two.push(await turn(workers))
}
/** @returns ms from a cancellation here until the worker of another process begins the next job. */
async function freed() {
  const [long, next] = [job(10), job()]
  const heard = (id, type) =>
    new Promise((resolve) => {
      queue.subscribe(id, (event) => event.type === type && resolve(performance.now()))
    })
  const working = heard(long.id, 'progress')
  const started = heard(next.id, 'started')
  await queue.submit(long)
  await working
  await queue.submit(next)
  const began = performance.now()
  await queue.cancel(long.id)
  const ms = (await started) - began
  while ((await queue.read(next.id)).finishedAt === undefined)
    await new Promise((wake) => setTimeout(wake, 5))
  return ms
}

workers[0].send('work')
const cancelled = []
for (let k = 0; k < 10; k++) cancelled.push(await freed())
const rested = once(workers[0], 'message')
workers[0].send('rest')
await rested

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const share = (part) => `${((100 * total[part]) / total.model).toFixed(2)} %`
const perJob = (part) => `${(total[part] / total.jobs).toFixed(1)} ms`
const line = (text) => process.stdout.write(`${text}\n`)
line(
  `one worker ${median(rates.one).toFixed(1)}, two ${median(rates.two).toFixed(1)} evaluations per second (medians of ${turns} turns): ${(median(rates.two) / median(rates.one)).toFixed(2)} times`,
)
line(
  `a job: network ${perJob('model')}; queue ${perJob('queue')} (${share('queue')}), store ${perJob('store')} (${share('store')}), files ${perJob('blobs')} (${share('blobs')})`,
)
line(
  `a step takes ${(total.model / total.jobs / STEPS).toFixed(1)} ms; from a cancellation to the next job at work: median ${median(cancelled).toFixed(1)} ms, most ${Math.max(...cancelled).toFixed(1)} ms`,
)
line(`load of the machine at the end: ${loadavg()[0].toFixed(1)}`)

for (const worker of workers) worker.kill('SIGKILL')
await queue.close()
redis.disconnect()
server.kill('SIGKILL')
rmSync(folder, { recursive: true, force: true })
