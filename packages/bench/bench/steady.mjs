// Whether plans are steady: the default calibration repeated from several seeds, beside every simple rule on every shifted grid.
//   node bench/steady.mjs [--model cifar10] [--samples 128] [--repeats 5] [--target baseline] [--evaluations 1000] [--nfe 6,8,10,12,15,19,25]
// Run it after a build, from the folder of this package. PSNR in dB (of final states, range 2) to the full run or, with
// `--target exact`, to the exact solution: mean / worst tenth. Rules get the shift that is best on the very samples. Behind each
// plan stands what its calibration estimated, and its error; `=8` is a plan of 8 evaluations that stands in, `~8` one that the
// calibration could not tell from that of 8.
import { parseArgs } from 'node:util'
import { nodeBackend } from '@fastflow/backend-node'
import {
  adamsBashforth,
  calibrate,
  createSchedule,
  dpmSolverPP,
  euler,
  float32Space,
  ipndm,
  planFromMask,
  planPolicy,
  recordTrajectory,
  sample,
  shiftSigma,
  unipc,
} from '@fastflow/core'
import { loadPipeline } from '@fastflow/pipelines'
import { subjectsOf, takingTurns } from '../dist/index.js'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'cifar10' },
    samples: { type: 'string', default: '128' },
    repeats: { type: 'string', default: '5' },
    target: { type: 'string', default: 'baseline' },
    evaluations: { type: 'string', default: '1000' },
    nfe: { type: 'string', default: '6,8,10,12,15,19,25' },
  },
})
const [samples, repeats, evaluations] = [values.samples, values.repeats, values.evaluations].map(Number)
const budgets = values.nfe.split(',').map(Number)
const { target } = values
const location = values.model.includes('/') ? values.model : `../../models/${values.model}`
const pipe = await loadPipeline(location, { backend: nodeBackend() })
const turns = takingTurns(pipe, await subjectsOf(pipe))
const flowOf = (seed) => turns.prepareTurn(seed % 1000, { seed })
const { schedule } = await flowOf(0)

const shifts = [1 / 3, 1 / 2, 0.7, 1, 1.5, 2, 3]
const solvers = [euler(), adamsBashforth(2), unipc(2), dpmSolverPP(), ipndm(4)]
const methods = budgets.flatMap((nfe) =>
  shifts.flatMap((shift) => {
    const grid = shiftedGrid(schedule.sigmas, nfe, shift)
    const named = (name, options) => ({ nfe, name: `${name} ${Number(shift.toFixed(2))}`, options })
    return [
      ...solvers.map((solver) => named(solver.name, { schedule: createSchedule('rule', grid), solver })),
      named('skip', { schedule, policy: planPolicy(schedule.sigmas, planFromMask(maskOf(grid), schedule)) }),
    ]
  }),
)

const scores = new Map()
const plans = []
for (let repeat = 0; repeat < repeats; repeat++) plans.push(await calibrated(repeat))
for (let n = 0; n < samples; n++) await score(1000 + n)
for (const nfe of budgets) report(nfe)
await pipe.dispose()

async function calibrated(repeat) {
  const runs = Math.max(
    2,
    Math.round((0.3 * evaluations) / schedule.sigmas.length / (target === 'exact' ? 5 : 1)),
  )
  const seeds = Array.from({ length: runs }, (_, k) => 2 ** 31 + 1000 * repeat + k)
  const flows = new Map()
  for (const seed of seeds) flows.set(seed, await flowOf(seed))
  const velocityOf = (seed) => flows.get(seed).velocity
  const noise = (seed) => flows.get(seed).noise.slice()
  return calibrate({ velocityOf, noise, schedule, budgets, seeds, evaluations, target })
}

/** Runs every rule and every plan on one noise. */
async function score(seed) {
  const { velocity, noise } = await flowOf(seed)
  const run = await recordTrajectory({ velocity, schedule, space: float32Space, noise, seed, target })
  const truth = run.states.at(-1)
  const add = async (key, options) => {
    const { x } = await sample({ velocity, x: noise, ...options })
    const psnr = -10 * Math.log10(float32Space.meanSquaredDifference(x, truth) / 4)
    scores.set(key, [...(scores.get(key) ?? []), psnr])
  }
  for (const { nfe, name, options } of methods) await add(`${nfe} ${name}`, options)
  for (const [repeat, plan] of plans.entries())
    for (const nfe of budgets) await add(`${nfe} plan ${repeat}`, { schedule, policy: plan.at(nfe) })
}

function report(nfe) {
  const rules = methods
    .filter((method) => method.nfe === nfe)
    .map(({ name }) => [name, scores.get(`${nfe} ${name}`)])
  const best = (of) => rules.reduce((a, b) => (of(b[1]) > of(a[1]) ? b : a))
  const [name, mean] = best(meanOf)
  const [tail, worst] = best(tenthOf)
  process.stdout.write(
    `${nfe}: best rule ${name} ${figures(mean)}, by worst tenth ${tail} ${figures(worst)}\n`,
  )
  for (const [repeat, plan] of plans.entries()) {
    const { quality, nfe: made, notBetterThan } = plan.entry(nfe)
    const said = `${quality.mean.toFixed(1)} +- ${(quality.error ?? 0).toFixed(1)} of ${quality.runs} runs`
    const alike = made < nfe ? ` =${made}` : notBetterThan ? ` ~${notBetterThan}` : ''
    process.stdout.write(
      `  plan ${repeat} ${figures(scores.get(`${nfe} plan ${repeat}`))}, estimated ${said}${alike}\n`,
    )
  }
}

/** The model's own grid at `nfe` steps, shifted. */
function shiftedGrid(sigmas, nfe, shift) {
  const last = sigmas.length - 1
  const levels = Array.from({ length: nfe }, (_, k) => {
    const position = (k * last) / nfe
    const index = Math.floor(position)
    return sigmas[index] + (position - index) * (sigmas[index + 1] - sigmas[index])
  })
  return [...levels.map((sigma) => sigmas[0] * shiftSigma(sigma / sigmas[0], shift)), 0]
}

/** Evaluates the steps of the model's grid that lie nearest to those of another. */
function maskOf(grid) {
  const steps = schedule.sigmas.slice(0, -1)
  const mask = steps.map(() => 0)
  for (const sigma of grid.slice(0, -1)) {
    const free = steps.map((_, k) => k).filter((k) => mask[k] === 0)
    mask[free.reduce((a, b) => (Math.abs(steps[b] - sigma) < Math.abs(steps[a] - sigma) ? b : a))] = 1
  }
  return mask
}

function meanOf(list) {
  return list.reduce((sum, value) => sum + value, 0) / list.length
}

function tenthOf(list) {
  const sorted = [...list].sort((a, b) => a - b)
  const at = (sorted.length - 1) / 10
  const below = Math.floor(at)
  return sorted[below] + (at - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below])
}

function figures(list) {
  return `${meanOf(list).toFixed(1)} / ${tenthOf(list).toFixed(1)}`
}
