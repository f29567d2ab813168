// Whether a network with fewer blocks on the skipped steps beats jumps over them at equal cost.
//   node bench/early-exit.mjs [--model ../../models/emoji] [--samples 4] [--cost 9,15] [--threads 1]
// Copies of the transformer lack some blocks (their residual stream passes by). Runs of `F` full and `S` short evaluations, spread
// evenly over the grid of 50, are compared with uniform jumps and with the model's own plan of the same cost, F + S f evaluations,
// f being the share of blocks that is left. `short` takes the short network's velocity as it is, `corrected` adds what it lacked
// at the last full evaluation (for which the short pass is not counted). Prints PSNR to the full run, mean of the samples.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { nodeBackend } from '@fastflow/backend-node'
import { emulate, numStepsOf, parsePlan, sample, uniformSkip } from '@fastflow/core'
import { fieldsOf, joinFields, nestedField } from '@fastflow/core/backend'
import { loadPipeline } from '@fastflow/pipelines'
import { readModel, writeModel } from '../dist/graph/model.js'
import { utf8Field } from '../dist/graph/values.js'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: '../../models/emoji' },
    samples: { type: 'string', default: '4' },
    cost: { type: 'string', default: '9,15' },
    threads: { type: 'string', default: '1' },
  },
})

/** Blocks that are left out, [from, to), of the six that the shipped transformers have. */
const shortened = [
  { name: 'last 3', from: 3, to: 6 },
  { name: 'middle 3', from: 2, to: 5 },
  { name: 'middle 2', from: 2, to: 4 },
  { name: 'last 1', from: 5, to: 6 },
]

/** The value that each block begins with, and that the last one ends with. */
function residualStream({ nodes }) {
  const reader = (name) => nodes.find(({ inputs }) => inputs.includes(name))
  const ends = []
  for (let block = 0; ; block++) {
    const bias = reader(`blocks.${block}.network.outer.bias`)
    if (bias === undefined) break
    // Bias, gate, and the sum with the stream.
    const gate = reader(bias.outputs[0])
    ends.push(gate.op === 'Add' ? gate : reader(gate.outputs[0]))
  }
  const [places] = nodes.filter(({ inputs }) => inputs.includes('places'))
  return [places.outputs[0], ...ends.map(({ outputs }) => outputs[0])]
}

async function writeShort(folder, out, { from, to }) {
  await cp(folder, out, { recursive: true })
  const path = join(out, 'transformer', 'model.onnx')
  const model = readModel(await readFile(path))
  const stream = residualStream(model)
  const rewired = model.nodes.map(({ bytes }) =>
    [...fieldsOf(bytes)].flatMap(({ number, payload }) => {
      const isLast = number === 1 && Buffer.from(payload).toString() === stream[to]
      return isLast ? utf8Field(1, stream[from]) : nestedField(number, [payload])
    }),
  )
  const tensors = model.tensors.map(({ bytes }) => [bytes])
  await writeFile(path, joinFields(writeModel(model, rewired, tensors)))
  return stream.length - 1
}

/** Evaluates these steps and jumps over the others. */
function at(steps, numSteps) {
  return {
    ...uniformSkip(1),
    decide: (state, { index }) => [{ landing: steps.find((step) => step > index) ?? numSteps }, state],
  }
}

const evenly = (count, of) => Array.from({ length: count }, (_, i) => Math.round((i * of) / count))

async function main() {
  const folder = resolve(values.model)
  const root = await mkdtemp(join(tmpdir(), 'fastflow-'))
  const options = { backend: nodeBackend({ threads: Number(values.threads) }) }
  const pipes = []
  try {
    const full = await loadPipeline(folder, options)
    pipes.push(full)
    const shorts = []
    for (const cut of shortened) {
      const out = join(root, cut.name.replace(' ', '-'))
      const blocks = await writeShort(folder, out, cut)
      const pipe = await loadPipeline(out, options)
      pipes.push(pipe)
      shorts.push({ ...cut, pipe, share: 1 - (cut.to - cut.from) / blocks })
    }
    const subjects = await full.subjects()
    const psnr = new Map()
    for (let seed = 0; seed < Number(values.samples); seed++)
      await one(full, shorts, subjects[seed % subjects.length], seed, psnr)
    for (const [name, all] of psnr)
      process.stdout.write(
        `${name.padEnd(46)} ${(all.reduce((a, b) => a + b, 0) / all.length).toFixed(2)} dB\n`,
      )
  } finally {
    for (const pipe of pipes) await pipe.dispose()
    await rm(root, { recursive: true })
  }
}

async function one(full, shorts, subject, seed, psnr) {
  const flow = await full.prepare(subject, { seed })
  const { schedule, noise: x, velocity } = flow
  const numSteps = numStepsOf(schedule)
  const reference = await flow.pixels((await sample({ velocity, schedule, x })).x)
  const note = async (name, result) => {
    const pixels = await flow.pixels(result.x)
    const error = pixels.reduce((sum, value, k) => sum + (value - reference[k]) ** 2, 0) / pixels.length
    psnr.set(name, [...(psnr.get(name) ?? []), 10 * Math.log10(4 / error)])
  }
  for (const cost of values.cost.split(',').map(Number)) {
    const policy = at(evenly(cost, numSteps), numSteps)
    await note(
      `cost ${cost}: jumps, uniform`,
      await sample({ velocity, schedule, x, policy, extrapolator: emulate(2) }),
    )
    const accelerate = { method: 'plan', nfe: cost }
    const { plan } = await full.generate(subject, { seed, accelerate })
    await note(
      `cost ${cost}: plan`,
      await sample({ velocity, schedule, x, policy: parsePlan(plan).at(cost) }),
    )
    for (const { name, pipe, share } of shorts) {
      const short = await pipe.prepare(subject, { seed })
      // As many short evaluations as full ones, as far as the cost goes.
      const half = Math.floor(cost / (1 + share))
      const steps = evenly(2 * half, numSteps)
      const isFull = new Set(steps.filter((_, i) => i % 2 === 0))
      for (const corrected of [false, true]) {
        const lack = new Float32Array(x.length)
        const hybrid = async (state, sigma, call) => {
          const v = await short.velocity(state, sigma, call)
          if (!isFull.has(call.index)) {
            if (corrected) for (let k = 0; k < v.length; k++) v[k] += lack[k]
            return v
          }
          const before = v.slice()
          const whole = await velocity(state, sigma, call)
          for (let k = 0; k < v.length; k++) lack[k] = whole[k] - before[k]
          return whole
        }
        const run = { velocity: hybrid, schedule, x, policy: at(steps, numSteps), extrapolator: emulate(2) }
        const spent = (half * (1 + share)).toFixed(1)
        const label = `cost ${spent}: without ${name}, ${half} full, ${half} ${corrected ? 'corrected' : 'short'}`
        await note(label, await sample(run))
      }
    }
  }
}

await main()
