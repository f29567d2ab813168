// 200 clients at once against a queue of 64: what they got, memory, the event loop's lag, and how fast a cancelled job frees
// its worker. Build first. `node bench/load.mjs [rounds]`
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { loadPipeline } from '@fastflow/pipelines'
import { createServer, memoryQueue } from '@fastflow/server'

const rounds = Number(process.argv[2] ?? 5)
const clients = 200
const folder = fileURLToPath(new URL('../../testkit/fixtures/models/words/', import.meta.url))
const pipe = await loadPipeline(folder, { backend: nodeBackend({ threads: 1 }) })
const queue = await memoryQueue({ limit: 64 })
const limits = { perKey: 10_000, steps: 10_000 }
const server = await createServer({ models: { words: pipe }, queue, limits })
const base = await server.listen({ port: 0 })
await server.ready()

const post = (path, body) =>
  fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const print = (line) => process.stdout.write(`${line}\n`)
const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20)

const lag = monitorEventLoopDelay({ resolution: 10 })
lag.enable()
for (let round = 1; round <= rounds; round++) {
  const codes = {}
  let withoutRetryAfter = 0
  await Promise.all(
    Array.from({ length: clients }, async (_, seed) => {
      const answer = await post('/v1/images/generations', { prompt: 'red', seed, quality: 'high' })
      await answer.arrayBuffer()
      codes[answer.status] = (codes[answer.status] ?? 0) + 1
      if (answer.status !== 200 && !answer.headers.get('retry-after')) withoutRetryAfter++
    }),
  )
  print(
    `round ${round}: ${JSON.stringify(codes)}, ${withoutRetryAfter} without Retry-After, ${megabytes()} MB`,
  )
}
lag.disable()
print(
  `event loop's lag: p99 ${Math.max(0, lag.percentile(99) / 1e6 - 10).toFixed(1)} ms (clients are in this process too)`,
)

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

await server.close(0)
await pipe.dispose()
