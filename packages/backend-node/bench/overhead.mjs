import { fileURLToPath } from 'node:url'
import { createModelRunner } from '@fastflow/backend-node'

// Cost of a call beyond the network itself (round trip minus `timing.ms`), by size of the tensors.
// Run with `npm run bench` after a build.

const fixture = new URL('../../testkit/fixtures/affine.onnx', import.meta.url)
const calls = 1000
const runner = await createModelRunner(fileURLToPath(fixture))

process.stdout.write('floats     into  overhead p50  p90 (us)  network p50 (us)\n')
for (const floats of [3, 3 * 1024, 3 * 16_384, 3 * 87_381]) {
  for (const reuse of [false, true]) process.stdout.write(await measure(floats, reuse))
}
await runner.dispose()

async function measure(floats, reuse) {
  const tensor = () => ({ type: 'float32', dims: [floats / 3, 3], data: new Float32Array(floats) })
  const feeds = { x: tensor() }
  const options = reuse ? { fetches: ['y'], into: { y: tensor() } } : { fetches: ['y'] }
  const overhead = []
  const network = []
  for (let call = -calls / 5; call < calls; call++) {
    const start = performance.now()
    const { timing } = await runner.run(feeds, options)
    const total = performance.now() - start
    if (call < 0) continue
    overhead.push(total - timing.ms)
    network.push(timing.ms)
  }
  const columns = [quantile(overhead, 0.5), quantile(overhead, 0.9), quantile(network, 0.5)]
  const [p50, p90, inside] = columns.map((value) => value.toFixed(0).padStart(12))
  return `${String(floats).padEnd(10)} ${reuse ? 'yes ' : 'no  '} ${p50} ${p90} ${inside}\n`
}

/** In microseconds. */
function quantile(milliseconds, share) {
  milliseconds.sort((a, b) => a - b)
  return 1000 * (milliseconds[Math.floor(share * milliseconds.length)] ?? 0)
}
