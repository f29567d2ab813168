// 200 clients, in a process of their own, at once against a queue of 64: what they got, memory, the event loop's lag, and how fast a
// cancelled job frees its worker. The lag of an idle process tells what a busy machine adds. Build first. `node bench/load.mjs [rounds] [model folder]`; fails where a promise is broken.
import { spawn } from 'node:child_process'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline } from '@fastflow/pipelines'
import { createServer, memoryQueue } from '@fastflow/server'

const CLIENTS = 200
const RESOLUTION_MS = 10
/** What is promised: milliseconds of lag, and from a cancellation to a free worker besides the step at work. */
const MOST_LAG = 50
const MOST_TO_FREE = 250

const rounds = Number(process.argv[2] ?? 5)
const fixture = fileURLToPath(new URL('../../testkit/fixtures/models/words/', import.meta.url))
const pipe = await loadPipeline(process.argv[3] ?? fixture, { backend: nodeBackend({ threads: 1 }) })
// Results go soon, so that memory tells of what is left behind.
const keepSeconds = 2
const queue = await memoryQueue({ limit: 64, keepSeconds })
const limits = { perKey: 10_000, steps: 10_000 }
const server = await createServer({ models: { words: pipe }, queue, limits, keepSeconds })
const base = await server.listen({ port: 0 })
await server.ready()

const print = (line) => process.stdout.write(`${line}\n`)
const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20)
const broken = []

const beside = spawn(process.execPath, [fileURLToPath(new URL('idle.mjs', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
})
const file = fileURLToPath(new URL('clients.mjs', import.meta.url))
const clients = spawn(process.execPath, [file, base, String(CLIENTS)], { stdio: ['pipe', 'pipe', 'inherit'] })
const answers = createInterface(clients.stdout)[Symbol.asyncIterator]()
const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
const before = performance.eventLoopUtilization()
const memory = []
lag.enable()
for (let round = 1; round <= rounds; round++) {
  clients.stdin.write('\n')
  const { codes, withoutRetryAfter } = JSON.parse((await answers.next()).value)
  memory.push(megabytes())
  if (withoutRetryAfter > 0 || Object.keys(codes).some((code) => !['200', '429', '503'].includes(code)))
    broken.push('answers')
  print(
    `round ${round}: ${JSON.stringify(codes)}, ${withoutRetryAfter} without Retry-After, ${memory.at(-1)} MB`,
  )
}
lag.disable()
clients.stdin.end()
const p99 = Math.max(0, lag.percentile(99) / 1e6 - RESOLUTION_MS)
const most = Math.max(0, lag.max / 1e6 - RESOLUTION_MS)
const { utilization } = performance.eventLoopUtilization(before)
print(
  `event loop's lag: p99 ${p99.toFixed(1)} ms, most ${most.toFixed(1)} ms; the loop is busy ${(100 * utilization).toFixed(0)} % of the time`,
)
beside.stdin.end()
const idle = JSON.parse((await createInterface(beside.stdout)[Symbol.asyncIterator]().next()).value)
print(
  `of a process that does nothing beside it: p99 ${idle.p99.toFixed(1)} ms, most ${idle.most.toFixed(1)} ms`,
)
if (p99 > MOST_LAG + idle.p99) broken.push('lag')

const post = (path, body) =>
  fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const freed = []
for (let k = 0; k < 20; k++) {
  const long = { prompt: 'red', num_inference_steps: 10_000, quality: 'high' }
  const job = await (await post('/v1/jobs', { endpoint: '/v1/images/generations', body: long })).json()
  while ((await queue.read(job.id)).progress === undefined) await new Promise(setImmediate)
  const next = await (
    await post('/v1/jobs', { endpoint: '/v1/images/generations', body: { prompt: 'red' } })
  ).json()
  const begun = performance.now()
  await fetch(job.poll_url, { method: 'DELETE' })
  while ((await queue.read(next.id)).state === 'queued') await new Promise(setImmediate)
  freed.push(performance.now() - begun)
}
freed.sort((a, b) => a - b)
print(
  `from DELETE to the next job at work: median ${freed[10].toFixed(1)} ms, most ${freed.at(-1).toFixed(1)} ms`,
)
if (freed.at(-1) > MOST_TO_FREE + idle.most) broken.push('cancellation')

await server.close(0)
await pipe.dispose()
if (broken.length > 0) {
  print(`broken: ${[...new Set(broken)].join(', ')}`)
  process.exitCode = 1
}
