import { type AnalyticVelocity, countingVelocity, float64Space, referenceSolution } from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adamsBashforth,
  createSchedule,
  dpmSolverPP,
  heun,
  ipndm,
  linearSchedule,
  type Schedule,
  type Solver,
  sample,
  unipc,
  type Velocity,
} from '../src/index.ts'
import { orderFrom } from './support/order.ts'
import { gaussian, mixture, noise } from './support/runs.ts'

/** Short steps at both ends, where multistep methods run at a low order. */
function gentleEnds(numSteps: number): Schedule {
  const ease = (t: number): number => t ** 3 * (10 - 15 * t + 6 * t * t)
  const sigmas = Array.from({ length: numSteps + 1 }, (_, k) => 1 - ease(k / numSteps))
  return createSchedule('gentle ends', [...sigmas.slice(0, -1), 0])
}

/** `dx/dsigma = 4 (1 - sigma)^3 x`, `x_0 = x_1 / e`: nothing changes at the start, so a low order there costs nothing. */
const flatStart: AnalyticVelocity = (x, sigma, { out }) => {
  for (let k = 0; k < x.length; k++) out[k] = 4 * (1 - sigma) ** 3 * x[k]!
  return out
}

const start = Float64Array.from(noise(1))
const flows = {
  gaussian: { velocity: gaussian.velocity, exact: gaussian.solution(start) },
  mixture: { velocity: mixture.velocity, exact: referenceSolution(mixture.velocity, start) },
  flatStart: { velocity: flatStart, exact: start.map((value) => value / Math.E) },
}

async function errorOf(flow: keyof typeof flows, solver: Solver, schedule: Schedule): Promise<number> {
  const { velocity, exact } = flows[flow]
  const { x } = await sample({ velocity, schedule, x: start, solver, space: float64Space })
  return Math.sqrt(await float64Space.meanSquaredDifference(x, exact))
}

describe('order of convergence', () => {
  const both = ['gaussian', 'mixture'] as const
  const cases = [
    { solver: heun(), grid: linearSchedule, on: both },
    { solver: dpmSolverPP(), grid: gentleEnds, on: both },
    { solver: unipc(2), grid: gentleEnds, on: both },
    { solver: unipc(3), grid: gentleEnds, on: both },
    { solver: ipndm(2), grid: linearSchedule, on: both },
    { solver: ipndm(3), grid: linearSchedule, on: ['flatStart'] as const },
    { solver: ipndm(4), grid: linearSchedule, on: ['flatStart'] as const },
  ].flatMap(({ on, ...rest }) => on.map((flow) => ({ ...rest, flow })))

  it.each(cases)('$solver.name is of order $solver.order on $flow', async ({ solver, grid, flow }) => {
    const counts = [96, 144, 216, 324]
    const errors: number[] = []
    for (const count of counts) errors.push(await errorOf(flow, solver, grid(count)))
    expect(Math.abs(orderFrom(counts, errors) - solver.order)).toBeLessThan(0.2)
  })
})

describe('evaluations', () => {
  it.each([heun(), ipndm(), dpmSolverPP(), unipc(2), unipc(3)])('of $name', async (solver) => {
    for (const numSteps of [1, 2, 3, 7]) {
      const counting = countingVelocity<Float32Array>(mixture.velocity)
      const { stats, status } = await sample({
        velocity: counting.velocity,
        schedule: linearSchedule(numSteps),
        x: noise(2),
        solver,
        passesPerEvaluation: 2,
      })
      const nfe = solver.name === 'heun' ? 2 * numSteps - 1 : numSteps
      counting.expectNfe(nfe)
      expect(status.kind).toBe('completed')
      expect(stats).toMatchObject({ nfe, passes: 2 * nfe, decisions: 'C'.repeat(numSteps) })
    }
  })

  it('never happen at sigma 0', async () => {
    const counting = countingVelocity<Float32Array>(mixture.velocity)
    await sample({ velocity: counting.velocity, schedule: linearSchedule(5), x: noise(2), solver: heun() })
    expect(Math.min(...counting.calls.map(({ sigma }) => sigma))).toBeGreaterThan(0)
  })
})

describe('ipndm', () => {
  it('equals Adams-Bashforth on uniform grids', async () => {
    const schedule = linearSchedule(16)
    for (const order of [2, 3, 4] as const) {
      const velocity: Velocity<Float64Array> = mixture.velocity
      const options = { velocity, schedule, x: start, space: float64Space }
      const { x } = await sample({ ...options, solver: ipndm(order) })
      const other = await sample({ ...options, solver: adamsBashforth(order) })
      expect(await float64Space.meanSquaredDifference(x, other.x)).toBeLessThan(1e-28)
    }
  })

  it('refuses an order it has no weights for', () => {
    expect(() => ipndm(5 as 4)).toThrow(/order: 5/)
  })
})

describe('methods in terms of the data', () => {
  const methods = [dpmSolverPP(), unipc(2), unipc(3)]

  it.each(methods)('$name is exact where the prediction of the data is constant', async (solver) => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 12 }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.boolean(),
        async (inner, data, fromNoise) => {
          const sigmas = [...inner.sort((a, b) => b - a).map((value) => value / 1000), 0]
          const schedule = createSchedule('any', fromNoise ? [1, ...sigmas] : sigmas)
          const { x } = await sample({
            velocity: (state, sigma, { out }) => {
              for (let k = 0; k < state.length; k++) out[k] = (state[k]! - data) / sigma
              return out
            },
            schedule,
            x: start,
            solver,
            space: float64Space,
          })
          for (const value of x) expect(value).toBeCloseTo(data, 9)
        },
      ),
      { numRuns: 50 },
    )
  })

  it.each(methods)('$name at sigma 1 is the limit of starting just below', async (solver) => {
    const from = (first: number): Promise<{ x: Float64Array }> =>
      sample({
        velocity: mixture.velocity,
        schedule: createSchedule('any', [first, 0.8, 0.55, 0.3, 0.1, 0]),
        x: start,
        solver,
        space: float64Space,
      })
    const { x: limit } = await from(1)
    const distances: number[] = []
    for (const gap of [1e-3, 1e-6, 1e-9, 1e-12]) {
      const { x } = await from(1 - gap)
      distances.push(Math.sqrt(await float64Space.meanSquaredDifference(x, limit)))
    }
    // What the older prediction weighs falls with its distance in lambda, the logarithm of the gap.
    expect(distances).toEqual([...distances].sort((a, b) => b - a))
    expect(distances[3]).toBeLessThan(distances[0]! / 3)
  })

  it('unipc refuses other orders', () => {
    expect(() => unipc(4 as 3)).toThrow(/order: 4/)
  })
})

describe('a staged solver', () => {
  it('has a name and an order', () => {
    const solvers = [heun(), dpmSolverPP(), unipc(), unipc(3)]
    expect(solvers.map(({ name, order }) => [name, order])).toEqual([
      ['heun', 2],
      ['dpm++2m', 2],
      ['unipc2', 3],
      ['unipc3', 4],
    ])
  })

  it.each([heun(), dpmSolverPP(), unipc(3)])(
    '$name reads nothing that it has not written',
    async (solver) => {
      const options = { velocity: gaussian.velocity, schedule: linearSchedule(5), x: start, solver }
      const allocate = (like: Float64Array): Float64Array => float64Space.allocate(like).fill(Number.NaN)
      const { x } = await sample({ ...options, space: { ...float64Space, allocate } })
      expect(x).toEqual((await sample({ ...options, space: float64Space })).x)
    },
  )

  it.each([1, 2, 4])('ends the run where an inner velocity is not finite, step %i', async (step) => {
    const counting = countingVelocity<Float64Array>((x, sigma, call) => {
      const out = gaussian.velocity(x, sigma, call)
      if (call.index === step) out[0] = Number.NaN
      return out
    })
    const { status, stats } = await sample({
      velocity: counting.velocity,
      schedule: linearSchedule(6),
      x: start,
      solver: heun(),
      space: float64Space,
    })
    expect(status).toMatchObject({ kind: 'non-finite', step, sigma: 1 - step / 6 })
    // The second evaluation of the step before is the first to see that grid index.
    expect(stats.nfe).toBe(2 * step)
    counting.expectNfe(2 * step)
  })

  it('copies velocities that are not written to out', async () => {
    const own = new Float64Array(2)
    const options = { schedule: linearSchedule(8), x: start, solver: heun(), space: float64Space }
    const shared = await sample({
      ...options,
      velocity: (x, sigma) => gaussian.velocity<Float64Array>(x, sigma, { out: own }),
    })
    const written = await sample({ ...options, velocity: gaussian.velocity })
    expect(shared.x).toEqual(written.x)
  })

  it.each([heun(), dpmSolverPP(), unipc(3)])(
    '$name allocates only at the start and gives all back',
    async (solver) => {
      const live = new Set<Float64Array>()
      let allocations = 0
      let before: number | undefined
      const space = {
        ...float64Space,
        allocate: (like: Float64Array) => keep(float64Space.allocate(like)),
        clone: (x: Float64Array) => keep(float64Space.clone(x)),
        release: (x: Float64Array) => {
          expect(live.delete(x)).toBe(true)
        },
      }
      function keep(vector: Float64Array): Float64Array {
        allocations++
        live.add(vector)
        return vector
      }
      const { x } = await sample({
        velocity: (state, sigma, call) => {
          before ??= allocations
          return gaussian.velocity(state, sigma, call)
        },
        schedule: linearSchedule(9),
        x: start,
        solver,
        space,
      })
      expect(allocations).toBe(before)
      expect([...live]).toEqual([x])
    },
  )

  it('serves several runs at once', async () => {
    const solver = unipc(3)
    const run = (seed: number): Promise<{ x: Float32Array }> =>
      sample({ velocity: mixture.velocity, schedule: linearSchedule(10), x: noise(seed), solver })
    const together = await Promise.all([run(1), run(2)])
    expect(together.map(({ x }) => x)).toEqual([(await run(1)).x, (await run(2)).x])
  })
})
