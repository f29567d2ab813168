import {
  calibrate,
  euler,
  fillNormal,
  linearSchedule,
  memoryPolicyStore,
  type Velocity,
} from '@fastflow/core'
import { guidedFlow, mixtureFlow } from '@fastflow/testkit'
import { expect, it } from 'vitest'
import type { Flow } from '../src/flow.ts'
import { planKeyOf } from '../src/plan/key.ts'
import { certify } from '../src/target/certify.ts'
import { type MeasuredSource, measureQuality } from '../src/target/measure-quality.ts'
import type { QualityTable } from '../src/target/quality-table.ts'
import { failureOf } from '../src/task/failure.ts'
import type { RunKey } from '../src/task/run.ts'

/**
 * The promise of a certified target, simulated: a plan that misses it on more than `1 - confidence` of new noises is certified
 * with a probability of at most 0.05 (Learn then Test, over draws of the measured runs). 500 tables of 300 runs each; with a
 * probability of 0.05 the error of the simulated one is 0.01, so 0.05 + 3 x 0.01 may not be passed. What the plan really does
 * is known from all 150,000 runs together.
 */
const tables = 500
const runs = 300
const dims = [6]
const schedule = linearSchedule(4)
const normal = (seed: number): Float32Array => fillNormal(new Float32Array(dims[0]!), seed)

/** Four components of which guidance picks two: noises near a boundary between basins end somewhere else by little. */
const velocity: Velocity<Float32Array> = (() => {
  const means = [100, 101, 102, 103].map((seed) => Array.from(normal(seed), (value) => value / 2))
  const mixture = (chosen: readonly number[][]) =>
    mixtureFlow({ weights: chosen.map(() => 1), means: chosen, std: 0.1 }).velocity
  const [conditional, unconditional] = [mixture(means.slice(0, 2)), mixture(means)]
  return guidedFlow({ conditional, unconditional, guidanceScale: 3 }).velocity
})()

const run: RunKey = {
  model: 'ab12',
  guidanceScale: 3,
  dims,
  ownDims: dims,
  dtype: 'float32',
  schedule,
  range: 2,
  guided: true,
  timesteps: [],
  solver: euler,
  stayOff: undefined,
  settings: {},
  defaults: { numSteps: 50, guidanceScale: 1 },
}

/** Two pixels whose noise is the own one of each table. */
function sourceOf(table: number): MeasuredSource {
  const flow = (_: number, seed: number): Flow => ({
    caption: 'two pixels',
    noise: normal(seed + table * runs),
    velocity,
    schedule,
    passesPerEvaluation: 2,
    numFrames: 1,
    fps: undefined,
    modelMs: () => 0,
    pixels: async (x) => x,
    toImage: (pixels) => ({
      width: 2,
      height: 1,
      data: Uint8Array.from(pixels, (value) => Math.max(0, Math.min(255, Math.round(127.5 * (value + 1))))),
    }),
    preview: async () => undefined,
    failure: failureOf,
  })
  return { run, flow: (turn, seed) => ({ flow: flow(turn, seed), feeds: {} }) }
}

it('targets are certified wrongly as seldom as promised', async () => {
  const plan = await calibrate({
    velocity,
    schedule,
    noise: normal,
    budgets: [2],
    evaluations: 60,
    key: planKeyOf(run),
  })
  const folder = {
    location: 'nowhere',
    has: async () => false,
    read: () => Promise.reject(new Error('none')),
  }
  const measured: QualityTable[] = []
  for (let table = 0; table < tables; table++) {
    const options = { metric: 'psnr', runs, floorRuns: 0, plan: plan.document } as const
    const store = { ...memoryPolicyStore(), save: async () => {} }
    measured.push(await measureQuality(sourceOf(table), options, { store, folder: folder as never }))
  }
  const all = measured.flatMap((table) => table.runs.map((one) => one.scores[0]!)).sort((a, b) => a - b)
  const issued = (limit: number, confidence: number): number =>
    measured.filter(
      (table) => certify({ metric: 'psnr', limit, confidence }, [2], { table, online: [] }).arm === 0,
    ).length / tables
  for (const confidence of [0.9, 0.95, 0.99]) {
    // The lowest limit that is missed more often than promised: the hardest to refuse.
    const allowed = all[Math.ceil(all.length * (1 - confidence))]!
    const failing = all.find((score) => score > allowed)!
    const missed = all.findIndex((score) => score >= failing) / all.length
    expect(missed).toBeGreaterThan(1 - confidence)
    const wrong = issued(failing, confidence)
    expect(wrong, `${confidence}`).toBeLessThan(0.05 + 0.03)
    // Over all tables, with the full run where nothing is certified, images reach it more often still.
    expect(1 - wrong * missed).toBeGreaterThan(confidence)
    // Not because nothing is ever certified.
    const easy = all[Math.floor((all.length * (1 - confidence)) / 6)]!
    expect(issued(easy, confidence), `${confidence}`).toBeGreaterThan(0.5)
  }
})
