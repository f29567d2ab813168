// What planning again from an old plan is worth, beside planning anew.
//   node bench/replan.mjs MODEL [--folder DIR] [--guidance 4] [--steps 28] [--frames 16] [--samples 16] [--evaluations 1000] [--up-to search]
// The plan that a shipped model brings is taken to another guidance, number of steps or frames, or to the network in --folder (a
// quantised copy, say). Printed: evaluations made, what became of each plan, and on noises that no calibration has seen the PSNR of states
// to the full run, mean / tenth percentile over samples: the old plan with its weights where the grid is the same, planned again, planned anew.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeBackend } from '@fastflow/backend-node'
import { memoryPolicyStore, parsePlan, planPolicy, sample } from '@fastflow/core'
import { loadPipeline } from '../dist/index.js'
import { cell, FIRST_SEED, psnr } from './scores.mjs'

const MODELS = fileURLToPath(new URL('../../../models', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: 'string' },
    guidance: { type: 'string' },
    steps: { type: 'string' },
    frames: { type: 'string' },
    samples: { type: 'string', default: '16' },
    evaluations: { type: 'string', default: '1000' },
    'up-to': { type: 'string', default: 'refit' },
    threads: { type: 'string', default: '2' },
  },
})
const [name = 'cifar10'] = positionals
const evaluations = Number(values.evaluations)
const settings = {
  ...(values.guidance && { guidanceScale: Number(values.guidance) }),
  ...(values.steps && { numSteps: Number(values.steps) }),
  ...(values.frames && { numFrames: Number(values.frames) }),
}

const print = (line) => process.stdout.write(`${line}\n`)

const own = join(MODELS, name)
const backend = nodeBackend({ threads: Number(values.threads) })
const pipe = await loadPipeline(values.folder ?? own, { backend, store: memoryPolicyStore() })
const old = await planOf(own, pipe)
const again = await pipe.replan({ ...settings, plan: old, evaluations, upTo: values['up-to'] })
const anew = await pipe.calibrate({ ...settings, evaluations, budgets: again.plan.budgets })
const { length } = old.document.key.schedule.sigmas
const sameGrid = again.plan.document.key.schedule.sigmas.length === length

print(`again: ${again.evaluations} evaluations, anew: ${anew.document.calibration.evaluations}`)
const plans = [...(sameGrid ? [['as it was', old]] : []), ['again', again.plan], ['anew', anew]]
const scores = await scoresOf(plans.map(([, plan]) => plan))
for (const { budget, outcome } of again.budgets) {
  const cells = plans.map(([label], k) => `${label} ${cell(scores.get(budget)[k])}`)
  print(`nfe ${String(budget).padStart(2)}  ${outcome.padEnd(9)} ${cells.join('   ')}`)
}
await pipe.dispose()

/** The plan for the full run that the model brings for its usual settings. */
async function planOf(folder, { digest, defaults }) {
  for (const file of await readdir(join(folder, 'policies'))) {
    const document = JSON.parse(await readFile(join(folder, 'policies', file), 'utf8'))
    const isUsual = document.key?.schedule?.sigmas.length === defaults.numSteps + 1
    if (document.format === 'fastflow-plan' && document.key.target === 'baseline' && isUsual)
      return parsePlan(document, {})
  }
  throw new Error(`no plan for ${defaults.numSteps} steps comes with ${digest}`)
}

/** Of each budget and plan, the PSNR of every sample. */
async function scoresOf(frontiers) {
  const subjects = await pipe.subjects()
  const found = new Map(again.budgets.map(({ budget }) => [budget, frontiers.map(() => [])]))
  for (let n = 0; n < Number(values.samples); n++) {
    const subject = subjects[(n * 7) % subjects.length]
    const flow = await pipe.prepare(subject, { ...settings, seed: FIRST_SEED + n })
    const { schedule, velocity, solver } = flow
    const run = async (how) => (await sample({ velocity, schedule, x: flow.noise.slice(), ...how })).x
    const full = await run(solver ? { solver } : {})
    for (const [budget, rows] of found)
      for (const [k, frontier] of frontiers.entries()) {
        const x = await run({ policy: planPolicy(schedule.sigmas, frontier.entry(budget)) })
        rows[k].push(psnr(x, full))
      }
  }
  return found
}
