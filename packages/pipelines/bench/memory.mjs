// What a pipeline of large networks takes in memory: Stable Diffusion 3 as it is in the tests, whose T5 encoder and transformer
// carry random weights of many megabytes beside them.
//   node bench/memory.mjs [--megabytes 700] [--transformer 700] [--modes sequential,resident,auto] [--copy]
// With --copy weights are copied into memory (`mapWeights: false`) in every mode.
// Each mode runs in a process of its own, twice: load, two images of one prompt, one of another. Prints, per run, what loading
// and each image took, which bytes were read to load (Linux), and the peak of resident memory, also as a share of the larger
// network. The first process hashes the networks, those after it remember the digests. Exit code 1 where `sequential` takes 1.3
// times the larger network or more, or a later load reads what was hashed before.
import { spawnSync } from 'node:child_process'
import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeBackend } from '@fastflow/backend-node'
import { chain, nested, node, text, value, whole } from '../../backend-node/bench/onnx.mjs'
import { loadPipeline } from '../dist/index.js'

const FIXTURE = fileURLToPath(new URL('../test/fixtures/families/sd3/pipeline', import.meta.url))
/** Of the matrices, which are not of one size, so that memory of one network does not simply fit the next. */
const WIDTHS = { text_encoder_3: 2048, transformer: 1536 }
const LIMIT = 1.3

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '700' },
    transformer: { type: 'string' },
    copy: { type: 'boolean', default: false },
    modes: { type: 'string', default: 'sequential,resident,auto' },
    child: { type: 'string' },
    folder: { type: 'string' },
  },
})

/**
 * Adds weights to a model that are used whenever it runs. Parts of one message that follow one another are read as one, so
 * what is added to the graph is written behind the model.
 */
async function addWeights(model, name, input, megabytes) {
  const [folder, width] = [join(model, name), WIDTHS[name]]
  const file = 'ballast.bin'
  const cast = node('Cast', [input], 'ballast.float', nested(5, text(1, 'to'), whole(3, 1), whole(20, 2)))
  const ones = Buffer.from(new Float32Array(width).fill(1).buffer)
  const row = nested(5, whole(1, 1), whole(1, width), whole(2, 1), text(8, 'ballast.ones'), nested(9, ones))
  const products = await chain({
    ...{ path: join(folder, file), file, megabytes, width },
    ...{ from: 'ballast.row', to: 'ballast' },
  })
  const graph = nested(
    7,
    cast,
    node('ReduceMax', ['ballast.float'], 'ballast.largest'),
    row,
    node('Mul', ['ballast.largest', 'ballast.ones'], 'ballast.row'),
    ...products,
    value(12, 'ballast', [1, width]),
  )
  await appendFile(join(folder, 'model.onnx'), graph)
}

async function bytesRead() {
  const io = await readFile('/proc/self/io', 'utf8').catch(() => '')
  return Number(/rchar: (\d+)/.exec(io)?.[1] ?? NaN)
}

async function measured(work) {
  const [start, read] = [performance.now(), await bytesRead()]
  const result = await work()
  const seconds = Number(((performance.now() - start) / 1000).toFixed(2))
  const megabytesRead = Math.round(((await bytesRead()) - read) / 1e6)
  return { result, spent: { seconds, megabytesRead, residentMegabytes: resident() } }
}

function resident() {
  return Math.round(process.memoryUsage.rss() / 1e6)
}

/** One process: what each stage of a pipeline takes. */
async function run(folder, memory) {
  const before = resident()
  const { result: pipe, spent: load } = await measured(() =>
    loadPipeline(folder, {
      backend: nodeBackend({ threads: 1 }),
      memory,
      ...(values.copy && { mapWeights: false }),
    }),
  )
  const images = []
  for (const prompt of ['a cat', 'a cat', 'a dog']) {
    const options = { numSteps: 4, width: 48, height: 48, accelerate: 'off' }
    images.push({ prompt, ...(await measured(() => pipe.generate(prompt, options))).spent })
  }
  await pipe.dispose()
  // Kilobytes of 1024 bytes.
  const peakMegabytes = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6)
  return { memory, before, load, images, disposed: resident(), peakMegabytes }
}

function inProcess(folder, cache, memory) {
  const args = [
    fileURLToPath(import.meta.url),
    '--child',
    memory,
    '--folder',
    folder,
    ...(values.copy ? ['--copy'] : []),
  ]
  const env = { ...process.env, FASTFLOW_CACHE: cache }
  const child = spawnSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.status !== 0)
    throw new Error(`the process of ${memory} ended with ${child.status ?? child.signal}`)
  return JSON.parse(child.stdout.toString())
}

async function main() {
  const encoder = Number(values.megabytes)
  const transformer = Number(values.transformer ?? encoder)
  const larger = Math.max(encoder, transformer)
  const root = await mkdtemp(join(tmpdir(), 'fastflow-'))
  try {
    const folder = join(root, 'model')
    await cp(FIXTURE, folder, { recursive: true })
    await addWeights(folder, 'text_encoder_3', 'input_ids', encoder)
    await addWeights(folder, 'transformer', 'timestep', transformer)
    const runs = []
    for (const memory of values.modes.split(',').flatMap((mode) => [mode, mode])) {
      const result = inProcess(folder, join(root, 'cache'), memory)
      runs.push({ ...result, ofLarger: Number((result.peakMegabytes / larger).toFixed(2)) })
    }
    const isWide = ({ memory, ofLarger }) => memory === 'sequential' && ofLarger >= LIMIT
    const hashesAgain = ({ memory, load }, n) =>
      n > 0 && memory === 'sequential' && load.megabytesRead > larger / 2
    if (runs.some((one, n) => isWide(one) || hashesAgain(one, n))) process.exitCode = 1
    process.stdout.write(`${JSON.stringify({ encoder, transformer, runs }, null, 2)}\n`)
  } finally {
    await rm(root, { recursive: true })
  }
}

if (values.child === undefined) await main()
else process.stdout.write(JSON.stringify(await run(values.folder, values.child)))
