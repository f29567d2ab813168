import {
  adamsBashforth,
  createSchedule,
  euler,
  linearSchedule,
  type Schedule,
  type Solver,
  sample,
} from '@fastflow/core'
import { countingVelocity, float64Space, referenceSolution } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { orderFrom } from './support/order.ts'
import { gaussian, mixture, noise } from './support/runs.ts'

/** `sigma = 1 - (k / T)^3`: the first steps are short, so that starting at a low order costs nothing. */
function gentleStart(numSteps: number): Schedule {
  return createSchedule(
    'gentle start',
    Array.from({ length: numSteps + 1 }, (_, k) => 1 - (k / numSteps) ** 3),
  )
}

const starts = [1, 2, 3].map((seed) => Float64Array.from(noise(seed)))
const flows = [
  { flow: 'Gaussian', velocity: gaussian.velocity, exact: starts.map((x) => gaussian.solution(x)) },
  {
    flow: 'mixture',
    velocity: mixture.velocity,
    exact: starts.map((x) => referenceSolution(mixture.velocity, x)),
  },
]

async function errorsOf(
  velocity: typeof gaussian.velocity,
  exact: Float64Array[],
  solver: Solver,
  schedule: Schedule,
) {
  const counting = countingVelocity<Float64Array>(velocity)
  let error = 0
  for (const [i, start] of starts.entries()) {
    counting.reset()
    const { x } = await sample({
      velocity: counting.velocity,
      schedule,
      x: start,
      solver,
      space: float64Space,
    })
    counting.expectNfe(schedule.sigmas.length - 1)
    error += await float64Space.meanSquaredDifference(x, exact[i]!)
  }
  return Math.sqrt(error / starts.length)
}

describe.each(flows)('on the $flow flow', ({ velocity, exact }) => {
  const cases = [
    { solver: euler(), grid: linearSchedule, counts: [64, 128, 256, 512] },
    { solver: adamsBashforth(2), grid: linearSchedule, counts: [64, 128, 256, 512] },
    { solver: adamsBashforth(3), grid: gentleStart, counts: [64, 128, 256, 512] },
    { solver: adamsBashforth(4), grid: gentleStart, counts: [128, 192, 256, 384] },
  ]

  it.each(cases)(
    '$solver.name converges with order $solver.order ($grid.name)',
    async ({ solver, grid, counts }) => {
      const errors: number[] = []
      for (const count of counts) errors.push(await errorsOf(velocity, exact, solver, grid(count)))
      expect(Math.abs(orderFrom(counts, errors) - solver.order)).toBeLessThan(0.2)
    },
  )
})
