import {
  type CalibrateOptions,
  fillNormal,
  linearSchedule,
  type Schedule,
  type Trajectory,
  type Velocity,
} from '@fastflow/core'
import { type AnalyticVelocity, type GuidedFlow, guidedFlow, mixtureFlow } from '@fastflow/testkit'
import { createPace, type Pace } from '../../src/pace.ts'
import { createEdgeErrors, type EdgeErrors } from '../../src/plan/price/edges.ts'
import { incrementsOf } from '../../src/plan/price/increments.ts'
import { recordTrajectory } from '../../src/plan/record/record.ts'
import { float32Space } from '../../src/space/float32.ts'

/** Of work that nothing cancels. */
export const unhurried: Pace = createPace(() => {})

/** Elements of the states planner tests run on. */
export const elements = 24

const means = Array.from({ length: 6 }, (_, i) =>
  Array.from(fillNormal(new Float32Array(elements), 100 + i), (value) => 0.8 * value),
)

const mixture = (chosen: readonly (readonly number[])[]): AnalyticVelocity =>
  mixtureFlow({ weights: chosen.map(() => 1), means: chosen, std: 0.15 }).velocity

/** A flow that bends: six well-separated components. */
export const flow: Velocity<Float32Array> = mixture(means)

/** Half of the components are the condition, guided away from the rest; counts its passes. */
export function guided(): GuidedFlow {
  return guidedFlow({
    conditional: mixture(means.slice(0, 3)),
    unconditional: mixture(means),
    guidanceScale: 2.5,
  })
}

export const noise = (seed: number): Float32Array => fillNormal(new Float32Array(elements), seed)

export const schedule: Schedule = linearSchedule(30)

export function record(seed: number, grid: Schedule = schedule): Promise<Trajectory<Float32Array>> {
  return recordTrajectory({ velocity: flow, schedule: grid, space: float32Space, noise: noise(seed), seed })
}

/** Edge errors of a few recorded runs on the common grid. */
export async function recordedEdges(seeds: readonly number[]): Promise<EdgeErrors> {
  const runs = await Promise.all(seeds.map((seed) => record(seed)))
  const grams = runs.map(({ gram }) => gram)
  return createEdgeErrors(grams, incrementsOf(schedule.sigmas, 'baseline'), schedule.sigmas, unhurried)
}

/** Options of a small calibration. */
export const small: CalibrateOptions = {
  velocity: flow,
  noise,
  schedule,
  budgets: [5, 8, 12],
  evaluations: 20 * 30,
}

/** `c^T G c`: mean square of a combination of recorded velocities. */
export function quadratic(gram: Float64Array, combination: Float64Array): number {
  const size = combination.length
  return combination.reduce((sum, weight, a) => {
    const row = gram.subarray(a * size, (a + 1) * size)
    return sum + weight * row.reduce((total, product, b) => total + product * combination[b]!, 0)
  }, 0)
}
