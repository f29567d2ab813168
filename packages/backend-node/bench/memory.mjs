import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createModelRunner } from '@fastflow/backend-node'
import { chain, nested, text, value, whole } from './onnx.mjs'

// What large networks take: models with random weights beside them are loaded, run and disposed of one after another.
// Prints resident memory at each stage and the peak of the process since, where the system tells (Linux).
// Run after a build: node bench/memory.mjs [megabytes of each model, 300 400 by default]

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [300, 400]
/** Matrices of several sizes, so that memory of one model does not simply fit the next. */
const widths = [1024, 1536, 640]
const folder = await mkdtemp(join(tmpdir(), 'fastflow-'))

try {
  const paths = []
  for (const [index, megabytes] of sizes.entries())
    paths.push(await makeModel(`model-${index}.onnx`, megabytes, widthOf(index)))
  process.stdout.write(`at the start ${resident()} MB\n`)
  for (const [index, path] of [...paths, ...paths].entries()) {
    const model = index % sizes.length
    await measure(path, sizes[model], widthOf(model))
  }
  process.stdout.write(`peak of all ${status('VmHWM')} MB, the largest model has ${Math.max(...sizes)} MB\n`)
} finally {
  await rm(folder, { recursive: true })
}

function widthOf(index) {
  return widths[index % widths.length]
}

async function measure(path, megabytes, width) {
  const start = performance.now()
  const runner = await createModelRunner(path)
  const seconds = (performance.now() - start) / 1000
  const loaded = resident()
  const peakOfLoading = status('VmHWM')
  const x = { type: 'float32', dims: [16, width], data: new Float32Array(16 * width).fill(1) }
  for (let call = 0; call < 3; call++) await runner.run({ x })
  const run = resident()
  await runner.dispose()
  const columns = { loaded, peakOfLoading, run, disposed: resident(), peak: status('VmHWM') }
  const text = Object.entries(columns).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`${megabytes} MB in ${seconds.toFixed(1)} s: ${text.join(', ')} MB\n`)
}

function resident() {
  return Math.round(process.memoryUsage.rss() / 1e6)
}

function status(field) {
  const line = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))
  return Math.round((Number(line?.[1]) * 1024) / 1e6)
}

/** y = x W1 W2 ..., with the matrices beside the model. */
async function makeModel(name, megabytes, width) {
  const file = `${name}_data`
  const products = await chain({ path: join(folder, file), file, megabytes, width, from: 'x', to: 'y' })
  const ports = [value(11, 'x', [16, width]), value(12, 'y', [16, width])]
  const path = join(folder, name)
  const model = [
    whole(1, 8),
    nested(7, text(2, 'graph'), ...products, ...ports),
    nested(8, text(1, ''), whole(2, 17)),
  ]
  await writeFile(path, Buffer.concat(model))
  return path
}
