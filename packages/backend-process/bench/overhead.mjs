import { fileURLToPath } from 'node:url'
import { processBackend } from '@fastflow/backend-process'
import { openPipe } from './pipe.mjs'

// Cost of a call beyond the network itself (round trip minus `timing.ms`) by size of the state, beside that of the bytes alone: the
// same ones through two pipes and back, with nothing done to them. Run with `npm run bench` after a build.

const calls = 300
const local = (name) => fileURLToPath(new URL(name, import.meta.url))
const backend = processBackend({ command: [process.execPath, local('echo-worker.mjs')] })
const runner = await (await backend.open('bench')).load('echo')

process.stdout.write('bytes in and out   call p50  p90 (ms)   bytes alone p50 (ms)\n')
const bare = openPipe()
for (const floats of [256, 16_384, 262_144, 1_048_576]) {
  const x = { type: 'float32', dims: [floats], data: new Float32Array(floats) }
  const y = { type: 'float32', dims: [floats], data: new Float32Array(floats) }
  const [spent, copied] = [[], []]
  for (let call = -20; call < calls; call++) {
    const start = performance.now()
    const { timing } = await runner.run({ x }, { into: { y } })
    const total = performance.now() - start - timing.ms
    const copy = await bare.echo(new Uint8Array(x.data.buffer))
    if (call >= 0) {
      spent.push(total)
      copied.push(copy)
    }
  }
  const columns = [quantile(spent, 0.5), quantile(spent, 0.9), quantile(copied, 0.5)]
  const [p50, p90, alone] = columns.map((ms) => ms.toFixed(2).padStart(9))
  process.stdout.write(`${String(4 * floats).padEnd(16)} ${p50} ${p90} ${alone.padStart(17)}\n`)
}
await runner.dispose()
await Promise.all([backend.close(), bare.close()])

function quantile(milliseconds, share) {
  return milliseconds.toSorted((a, b) => a - b)[Math.floor(share * milliseconds.length)]
}
