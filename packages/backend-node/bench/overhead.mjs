import { fileURLToPath } from 'node:url'
import { createModelRunner } from '@fastflow/backend-node'

// Cost of a call beyond the network itself (round trip minus `timing.ms`), by size of the tensors, with the network in a
// thread and in a process; the two take turns. Run with `npm run bench` after a build.

const fixture = new URL('../../testkit/fixtures/affine.onnx', import.meta.url)
const calls = 1000
const isolations = ['thread', 'process']
const runners = await Promise.all(
  isolations.map((isolation) => createModelRunner(fileURLToPath(fixture), { isolation })),
)

process.stdout.write('floats     into  isolation  overhead p50  p90 (us)  network p50 (us)\n')
for (const floats of [3, 3 * 1024, 3 * 16_384, 3 * 87_381]) {
  for (const reuse of [false, true]) process.stdout.write(await measure(floats, reuse))
}
await Promise.all(runners.map((runner) => runner.dispose()))

async function measure(floats, reuse) {
  const tensor = () => ({ type: 'float32', dims: [floats / 3, 3], data: new Float32Array(floats) })
  const feeds = { x: tensor() }
  const options = reuse ? { fetches: ['y'], into: { y: tensor() } } : { fetches: ['y'] }
  const overhead = isolations.map(() => [])
  const network = isolations.map(() => [])
  for (let call = -calls / 5; call < calls; call++) {
    for (const [index, runner] of runners.entries()) {
      const start = performance.now()
      const { timing } = await runner.run(feeds, options)
      const total = performance.now() - start
      if (call < 0) continue
      overhead[index].push(total - timing.ms)
      network[index].push(timing.ms)
    }
  }
  return isolations
    .map((isolation, index) => {
      const columns = [
        quantile(overhead[index], 0.5),
        quantile(overhead[index], 0.9),
        quantile(network[index], 0.5),
      ]
      const [p50, p90, inside] = columns.map((value) => value.toFixed(0).padStart(12))
      return `${String(floats).padEnd(10)} ${reuse ? 'yes ' : 'no  '} ${isolation.padEnd(9)} ${p50} ${p90} ${inside}\n`
    })
    .join('')
}

/** In microseconds. */
function quantile(milliseconds, share) {
  milliseconds.sort((a, b) => a - b)
  return 1000 * (milliseconds[Math.floor(share * milliseconds.length)] ?? 0)
}
