import {
  calibrate,
  float32Space,
  linearSchedule,
  recordTrajectory,
  sample,
  shiftedSchedule,
  type Velocity,
} from '@fastflow/core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { emulate } from '../src/extrapolate/emulate.ts'
import { createRehearsal } from '../src/plan/fit/rehearse.ts'
import { ruleRow } from '../src/plan/fit/route.ts'
import { priorRule } from '../src/plan/fit/visit.ts'
import { createEdgeErrors } from '../src/plan/price/edges.ts'
import { coordinatesOf } from '../src/plan/price/factor.ts'
import { incrementsOf } from '../src/plan/price/increments.ts'
import { cheapestPaths } from '../src/plan/price/refined-paths.ts'
import { shortestPaths } from '../src/plan/price/shortest-path.ts'
import type { Trajectory } from '../src/plan/record/trajectory.ts'
import { noise, quadratic, record, unhurried } from './support/plan.ts'

/** More steps than are planned exactly. */
const large = linearSchedule(90)
let run: Trajectory<Float32Array>
beforeAll(async () => {
  run = await record(1, large)
})

describe('coordinates', () => {
  it('have the inner products of the vectors they stand for, and are few', async () => {
    const vectors = await coordinatesOf(run.gram, unhurried)
    expect(vectors).toHaveLength(90)
    expect(vectors[0]!.length).toBeLessThanOrEqual(24)
    const scale = Math.max(...run.gram)
    for (const [a, one] of vectors.entries())
      for (const [b, other] of vectors.entries()) {
        const product = one.reduce((sum, value, k) => sum + value * other[k]!, 0)
        expect(Math.abs(product - run.gram[a * 90 + b]!)).toBeLessThan(1e-9 * scale)
      }
  })

  it('end where nothing is left, also of equal vectors and of none', async () => {
    const equal = await coordinatesOf(new Float64Array(9).fill(4), unhurried)
    expect(equal.map((vector) => [...vector])).toEqual([[2], [2], [2]])
    const none = await coordinatesOf(new Float64Array(4), unhurried)
    expect(none.map((vector) => vector.length)).toEqual([0, 0])
  })
})

describe('planning of large grids', () => {
  it('prices a jump by the quadratic form it stands for', async () => {
    const { sigmas } = large
    const edges = await createEdgeErrors([run.gram], incrementsOf(sigmas, 'baseline'), sigmas, unhurried)
    const out = new Float64Array(1)
    const triple = fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(triple, (indices) => {
        const [p, i, j] = indices.sort((a, b) => a - b) as [number, number, number]
        const weights = ruleRow(emulate(2), sigmas, [i, p], i, j)
        const difference = new Float64Array(90)
        for (let k = i; k < j; k++) difference[k] = sigmas[k + 1]! - sigmas[k]!
        difference[i]! -= weights[0]!
        difference[p]! -= weights[1]!
        edges.measure(out, p, i, j)
        expect(out[0]).toBeCloseTo(quadratic(run.gram, difference), 8)
      }),
    )
  })

  it('rehearses a plan to the error that walking it has where the velocity does not answer', async () => {
    const { sigmas } = large
    const options = { sigmas, increments: incrementsOf(sigmas, 'baseline'), depth: 2, fit: { ridge: 0.2 } }
    const rehearsal = await createRehearsal({
      ...options,
      grams: [run.gram],
      prior: priorRule('baseline'),
      pace: unhurried,
    })
    const path = [0, 10, 31, 60, 90]
    const weights = await rehearsal.weights({ path })
    const difference = new Float64Array(90)
    for (let k = 0; k < 90; k++) difference[k] = sigmas[k + 1]! - sigmas[k]!
    for (const [m, row] of weights.entries())
      for (const [a, weight] of row.entries()) difference[path[m - a]!]! -= weight
    const [error] = await rehearsal.errors({ path })
    expect(error).toBeCloseTo(quadratic(run.gram, difference), 8)
  })

  it('finds schedules next to as cheap as the cheapest of all', async () => {
    const { sigmas } = shiftedSchedule(100, 2)
    const cost = (p: number, i: number, j: number): number => {
      const [h, before] = [sigmas[i]! - sigmas[j]!, sigmas[p]! - sigmas[i]!]
      return (h * h * (h + before)) ** 2 * (0.2 + sigmas[i]!) ** 3
    }
    const budgets = [1, 5, 12, 40]
    const paths = await cheapestPaths(100, budgets, cost, unhurried)
    const exact = await shortestPaths(100, 40, cost, unhurried)
    const totalOf = (path: readonly number[]): number =>
      path.slice(1).reduce((sum, to, k) => sum + cost(path[Math.max(0, k - 1)]!, path[k]!, to), 0)
    for (const nfe of budgets) {
      const path = paths.get(nfe)!
      expect(path).toHaveLength(nfe + 1)
      expect([path[0], path.at(-1)]).toEqual([0, 100])
      for (const [k, node] of path.slice(1).entries()) expect(node).toBeGreaterThan(path[k]!)
      expect(totalOf(path) / totalOf(exact.get(nfe)!)).toBeLessThan(1.03)
    }
  })

  it('makes plans of them that do as well as those of small grids', async () => {
    const velocity: Velocity<Float32Array> = (x, sigma) =>
      x.map((value, k) => value * Math.sin((3 + (k % 5)) * sigma) + Math.cos(k + 2 * sigma))
    const errorOf = async (steps: number): Promise<number> => {
      const schedule = linearSchedule(steps)
      const space = float32Space
      const recorded = [await recordTrajectory({ velocity, schedule, space, noise: noise(1), seed: 1 })]
      const plan = await calibrate({ schedule, recorded, budgets: [10], evaluations: 0 })
      let sum = 0
      for (const seed of [50, 51, 52]) {
        const options = { velocity, schedule, x: noise(seed) }
        const full = await sample(options)
        const { x } = await sample({ ...options, policy: plan.at(10) })
        sum += x.reduce((error, value, k) => error + (value - full.x[k]!) ** 2, 0)
      }
      return sum
    }
    expect(await errorOf(90)).toBeLessThan(4 * (await errorOf(60)))
  })
})
