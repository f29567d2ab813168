import {
  emulate,
  emulateSolver,
  euler,
  fillNormal,
  float32Space,
  fullPolicy,
  heun,
  planFromMask,
  planPolicy,
  sample,
} from '@fastflow/core'
import { countingVelocity, float64Space } from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { baselineMatrix } from '../src/solver/baseline-matrix.ts'
import type { StagedSolver } from '../src/solver/solver.ts'
import { arbitraryGrid, arbitraryJump } from './support/arbitraries.ts'
import { flow, noise } from './support/plan.ts'
import { baselines, grids, solvers } from './support/solvers.ts'

const vectorOf = (seed: number): Float64Array => Float64Array.from(fillNormal(new Float32Array(5), seed))

/** States that a solver evaluates at, and its result, on velocities that have nothing to do with them. */
async function replayed(
  solver: (typeof solvers)[number],
  sigmas: readonly number[],
): Promise<Float64Array[]> {
  const states: Float64Array[] = []
  const { x } = await sample<Float64Array>({
    schedule: { name: 'any', sigmas },
    space: float64Space,
    x: vectorOf(1000),
    solver,
    velocity: (at, _, { index }) => {
      states.push(at.slice())
      return vectorOf(index)
    },
  })
  return [...states, x]
}

async function expectRows(solver: (typeof solvers)[number], sigmas: readonly number[]): Promise<void> {
  const numSteps = sigmas.length - 1
  const matrix = baselineMatrix(solver, sigmas)
  for (const [k, state] of (await replayed(solver, sigmas)).entries()) {
    const row = matrix.subarray(k * numSteps, (k + 1) * numSteps)
    const expected = vectorOf(1000)
    for (const [j, weight] of row.entries())
      for (const [e, value] of vectorOf(j).entries()) expected[e]! += weight * value
    for (const [e, value] of state.entries()) expect(Math.abs(value - expected[e]!)).toBeLessThan(1e-12)
    expect(row.subarray(k).every((weight) => weight === 0)).toBe(true)
  }
}

describe('the states of a solver as combinations of velocities', () => {
  it.each(baselines)('are those that $name goes through', ({ solver, grid }) =>
    expectRows(solver, grid.sigmas),
  )

  it('are so on any grid', async () => {
    const solver = fc.constantFrom(...solvers)
    await fc.assert(
      fc.asyncProperty(solver, arbitraryGrid(1, 12), (chosen, sigmas) => expectRows(chosen, sigmas)),
    )
  })

  it('are sums of steps for Euler', () => {
    const { sigmas } = grids[1]!
    const last = baselineMatrix(euler(), sigmas).subarray(-20)
    expect([...last]).toEqual(sigmas.slice(1).map((sigma, k) => sigma - sigmas[k]!))
  })

  it('are refused where a step evaluates twice, or changes what does not move', () => {
    const twice = expect(() => baselineMatrix(heun(), grids[0]!.sigmas))
    twice.toThrow('solver: heun evaluates more than once a step; plan for a solver of one evaluation')
    const decaying: StagedSolver = {
      name: 'decaying',
      order: 1,
      scratch: 0,
      step: ({ space, x }) => space.linearCombination(x, [{ weight: 0.9, vector: x }]),
    }
    const changes = expect(() => baselineMatrix(decaying, grids[0]!.sigmas))
    changes.toThrow('solver: decaying changes the state where the velocity is zero')
  })
})

describe('jumps that emulate a solver', () => {
  it('are those of emulate(2) for Euler, to the last bit', () => {
    const rules = [emulateSolver(euler()), emulate(2)]
    fc.assert(
      fc.property(arbitraryJump(2), ({ sigmas, from, to, seen }) => {
        const [own, known] = rules.map((rule) => {
          const out = new Float64Array(2)
          rule.weights(
            out,
            seen.map((index) => sigmas[index]!),
            seen.length,
            sigmas,
            from,
            to,
          )
          return [...out]
        })
        expect(own).toEqual(known)
      }),
    )
  })

  it.each(baselines)(
    'reproduce $name where velocities are linear between those seen',
    ({ solver, grid: { sigmas } }) => {
      const [from, to] = [7, 16]
      const seen = [7, 6, 3]
      const matrix = baselineMatrix(solver, sigmas)
      const out = new Float64Array(3)
      const nodes = seen.map((index) => sigmas[index]!)
      emulateSolver(solver).weights(out, nodes, 3, sigmas, from, to)
      const bent = (sigma: number): number => 0.4 - 1.3 * sigma + 2 * Math.max(0, sigma - sigmas[6]!)
      const change = (k: number): number =>
        sigmas.slice(0, -1).reduce((sum, sigma, j) => sum + matrix[k * 20 + j]! * bent(sigma), 0)
      const jumped = nodes.reduce((sum, sigma, a) => sum + out[a]! * bent(sigma), 0)
      expect(jumped).toBeCloseTo(change(to) - change(from), 12)
    },
  )

  it.each(baselines)(
    'are nearly the steps of $name where few velocities are kept',
    async ({ solver, grid }) => {
      const common = { velocity: flow, schedule: grid, x: noise(1) }
      const { x } = await sample({ ...common, solver })
      const kept = await sample({ ...common, policy: fullPolicy(), extrapolator: emulateSolver(solver, 6) })
      expect(float32Space.meanSquaredDifference(kept.x, x)).toBeLessThan(1e-7)
    },
  )

  it.each(baselines)('are the steps of $name where nothing is skipped', async ({ solver, grid }) => {
    const counted = countingVelocity(flow)
    const { x } = await sample({ velocity: counted.velocity, schedule: grid, x: noise(1), solver })
    counted.expectNfe(20)
    const steps = planFromMask(Array<number>(20).fill(1), grid, solver)
    const policy = planPolicy(grid.sigmas, steps)
    const planned = await sample({ velocity: flow, schedule: grid, x: noise(1), policy })
    expect(planned.stats.nfe).toBe(20)
    for (const [e, value] of planned.x.entries()) expect(Math.abs(value - x[e]!)).toBeLessThan(1e-5)
  })
})
