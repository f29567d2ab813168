// Prints what sampling and planning cost apart from the network: time a grid step as a multiple of a copy of the state, and the
// time of a calibration. Ratios are medians of interleaved rounds. Run the build first: it measures dist/.
import {
  adamsBashforth,
  calibrate,
  fillNormal,
  float32Space,
  linearSchedule,
  planPolicy,
  sample,
  simdSpace,
  uniformSkip,
} from '@fastflow/core'

const STEPS = 50
const SIZES = [3_072, 16_384, 65_536, 262_144, 1_048_576]
const ROUNDS = 15

const schedule = linearSchedule(STEPS)

const policies = {
  'every step, Euler': {},
  'every step, AB2': { solver: adamsBashforth(2) },
  '12 of 50 evaluated, linear': { policy: uniformSkip(12) },
  '12 of 50 evaluated, plan of 4 weights': { policy: planPolicy(schedule.sigmas, planOf(12, 4)) },
}

/** Evaluated indices spread evenly, each jump by `depth` weights as soon as there are so many velocities. */
function planOf(nfe, depth) {
  const nodes = Array.from({ length: nfe }, (_, m) => Math.floor((m * STEPS) / nfe))
  const weights = nodes.map((_, m) => Array.from({ length: Math.min(m + 1, depth) }, () => -0.01))
  return { nodes, weights }
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]

async function timed(repetitions, work) {
  const began = performance.now()
  for (let i = 0; i < repetitions; i++) await work()
  return (performance.now() - began) / repetitions
}

/** Milliseconds of each job, measured in turns so that all see the same machine. */
async function interleaved(jobs) {
  const times = Object.fromEntries(Object.keys(jobs).map((name) => [name, []]))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, { repetitions, work }] of Object.entries(jobs)) {
      const ms = await timed(repetitions, work)
      // The first round compiles.
      if (round > 0) times[name].push(ms)
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]))
}

async function overheadOf(length) {
  const noise = fillNormal(new Float32Array(length), 1)
  const copy = new Float32Array(length)
  const spaces = [float32Space, simdSpace({ capacity: 16 * length })]
  const runs = Math.max(1, Math.round(200_000 / length))
  const jobs = { copy: { repetitions: runs * STEPS, work: () => copy.set(noise) } }
  for (const space of spaces) {
    const velocity = (_x, _sigma, { out }) => out
    for (const [name, how] of Object.entries(policies)) {
      const work = async () =>
        space.release((await sample({ velocity, schedule, x: noise, space, ...how })).x)
      jobs[`${space.name} ${name}`] = { repetitions: runs, work }
    }
  }
  const { copy: copyMs, ...ms } = await interleaved(jobs)
  print(`${length} floats: a copy of the state takes ${(1000 * copyMs).toFixed(2)} us`)
  for (const name of Object.keys(policies)) {
    const ratios = spaces.map(({ name: space }) => ms[`${space} ${name}`] / STEPS / copyMs)
    const cells = ratios.map((ratio) => `${ratio.toFixed(1)} x`.padStart(10))
    print(`  ${name.padEnd(38)}${cells.join('')}`)
  }
}

/** A calibration with default options whose network costs next to nothing: what remains is planning. */
async function planning(length) {
  const spaces = [float32Space, simdSpace({ capacity: 600 * length })]
  let networkMs = 0
  const velocity = (x, sigma, { out }) => {
    const began = performance.now()
    const rate = 1 / (sigma + 0.3)
    for (let k = 0; k < x.length; k++) out[k] = Math.sin(3 * x[k]) * rate + x[k]
    networkMs += performance.now() - began
    return out
  }
  for (const space of spaces) {
    networkMs = 0
    const noise = (seed) => fillNormal(space.allocate(new Float32Array(length)), seed)
    const began = performance.now()
    const { document } = await calibrate({ velocity, schedule, noise, space })
    const ms = performance.now() - began - networkMs
    const { evaluations } = document.calibration
    const plans = `${document.plans.length} budgets, ${evaluations} evaluations`
    print(`planning, ${length} floats, ${space.name}: ${(ms / 1000).toFixed(2)} s for ${plans}`)
  }
}

function print(line) {
  process.stdout.write(`${line}\n`)
}

print(
  `Time of one of ${STEPS} grid steps apart from the network, in copies of the state: float32, float32-simd`,
)
for (const length of SIZES) await overheadOf(length)
for (const length of SIZES.filter((size) => size <= 65_536)) await planning(length)
