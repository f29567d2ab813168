// What a plan loses where another tool takes its steps without its weights.
//   node bench/masks.mjs [MODEL ...] [--samples 8]
// For every plan a shipped model comes with, on noises that no calibration has seen: PSNR in pixels to the full run, the mean and
// the tenth percentile over samples, of the plan; of its mask where a skipped step takes the last velocity again (a cached
// residual), and where it extrapolates the last two linearly (TaylorSeer of order 1); and of its list of noise levels where Euler's
// method and DPM-Solver++(2M) take one step from each to the next. Reuse and Euler's method on the list are the same by arithmetic.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeBackend } from '@fastflow/backend-node'
import { createSchedule, dpmSolverPP, parsePlan, planFromMask, planPolicy, sample } from '@fastflow/core'
import { loadPipeline, planDigest } from '../dist/index.js'
import { cell, disc, FIRST_SEED, psnr } from './scores.mjs'

const MODELS = fileURLToPath(new URL('../../../models', import.meta.url))

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { samples: { type: 'string', default: '8' }, threads: { type: 'string', default: '2' } },
})
const names = positionals.length > 0 ? positionals : ['cifar10', 'emoji', 'emoji-edit', 'emoji-motion']

/** What takes the steps of one plan, by the name of its column. */
function ways(frontier, budget, schedule) {
  const { nodes, weights, stateWeight } = frontier.entry(budget)
  const { sigmas } = schedule
  const ends = [...nodes.slice(1), sigmas.length - 1]
  const reuse = { nodes, weights: nodes.map((node, m) => [sigmas[ends[m]] - sigmas[node]]) }
  const levels = createSchedule('nodes', [...nodes.map((node) => sigmas[node]), 0])
  const along = (steps) => ({ schedule, policy: planPolicy(sigmas, steps) })
  return {
    plan: along({ nodes, weights, ...(stateWeight !== undefined && { stateWeight }) }),
    'mask, reuse': along(reuse),
    'mask, linear': along(planFromMask(frontier.mask(budget), schedule)),
    'sigmas, DPM++(2M)': { schedule: levels, solver: dpmSolverPP() },
  }
}

async function pixelsOf(flow, how) {
  const { x, status } = await sample({ velocity: flow.velocity, x: flow.noise, ...how })
  if (status.kind !== 'completed') throw flow.failure(status)
  return flow.pixels(x)
}

const print = (line) => process.stdout.write(`${line}\n`)

async function measure(name) {
  const pipe = await loadPipeline(join(MODELS, name), {
    backend: nodeBackend({ threads: Number(values.threads) }),
  })
  const file = join(MODELS, name, 'policies', `${planDigest(pipe.planKey())}.json`)
  const frontier = parsePlan(await readFile(file, 'utf8'))
  const subjects = await pipe.subjects()
  const scores = new Map()
  for (let n = 0; n < Number(values.samples); n++) {
    const image = pipe.task === 'image-editing' && { image: disc(pipe.size, n) }
    const flow = await pipe.prepare(subjects[(n * 7) % subjects.length], { seed: FIRST_SEED + n, ...image })
    const full = await pixelsOf(flow, { schedule: flow.schedule })
    for (const budget of frontier.budgets)
      for (const [way, how] of Object.entries(ways(frontier, budget, flow.schedule))) {
        const key = `${budget}/${way}`
        scores.set(key, [...(scores.get(key) ?? []), psnr(await pixelsOf(flow, how), full)])
      }
  }
  await pipe.dispose()
  const columns = Object.keys(ways(frontier, frontier.budgets[0], frontier.document.key.schedule))
  print(`\n${name}, ${values.samples} samples: PSNR in dB, mean / p10`)
  print(['NFE', ...columns].join(' | '))
  for (const budget of frontier.budgets)
    print([budget, ...columns.map((way) => cell(scores.get(`${budget}/${way}`)))].join(' | '))
}

for (const name of names) await measure(name)
