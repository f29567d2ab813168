import { readFileSync } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createModelRunner } from '@fastflow/backend-node'

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

/** A chain of matrix products, y = x W1 W2 ..., whose matrices lie in one file beside the model. */
async function makeModel(name, megabytes, width) {
  const layerBytes = 4 * width * width
  const layers = Math.round((megabytes * 1e6) / layerBytes)
  const data = await open(join(folder, `${name}_data`), 'w')
  const values = new Float32Array(width * width)
  for (let layer = 0; layer < layers; layer++) {
    for (let k = 0; k < values.length; k++) values[k] = (Math.random() - 0.5) / 16
    await data.write(new Uint8Array(values.buffer))
  }
  await data.close()
  const weights = Array.from({ length: layers }, (_, layer) =>
    nested(5, weight(layer, width, `${name}_data`)),
  )
  const nodes = Array.from({ length: layers }, (_, layer) => nested(1, product(layer, layers)))
  const graph = [...nodes, text(2, 'graph'), ...weights, value(11, 'x', width), value(12, 'y', width)]
  const path = join(folder, name)
  await writeFile(
    path,
    Buffer.concat([whole(1, 8), nested(7, ...graph), nested(8, text(1, ''), whole(2, 17))]),
  )
  return path
}

// Fields are numbered as in onnx.proto.

function weight(layer, width, file) {
  const layerBytes = 4 * width * width
  const entries = { location: file, offset: layer * layerBytes, length: layerBytes }
  const external = Object.entries(entries).map(([key, at]) => nested(13, text(1, key), text(2, String(at))))
  return Buffer.concat([
    whole(1, width),
    whole(1, width),
    whole(2, 1),
    text(8, `w${layer}`),
    ...external,
    whole(14, 1),
  ])
}

function product(layer, layers) {
  const [from, to] = [layer === 0 ? 'x' : `h${layer}`, layer === layers - 1 ? 'y' : `h${layer + 1}`]
  return Buffer.concat([text(1, from), text(1, `w${layer}`), text(2, to), text(4, 'MatMul')])
}

function value(field, name, width) {
  const dims = [16, width].map((size) => nested(1, whole(1, size)))
  return nested(field, text(1, name), nested(2, nested(1, whole(1, 1), nested(2, ...dims))))
}

function varint(value) {
  const bytes = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}

function whole(field, value) {
  return Buffer.concat([varint(field * 8), varint(value)])
}

function nested(field, ...parts) {
  const content = Buffer.concat(parts)
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content])
}

function text(field, value) {
  return nested(field, Buffer.from(value))
}
