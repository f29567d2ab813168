import { emulate, linearSchedule, shiftedSchedule } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blurred } from '../src/plan/blurred.ts'
import { nearestIndex, proposeCandidates, shiftedPath } from '../src/plan/candidates.ts'
import { createEdgeErrors, type EdgeErrors } from '../src/plan/edges.ts'
import { incrementsOf } from '../src/plan/increments.ts'
import { quadratic } from '../src/plan/quadratic.ts'
import { ruleRow } from '../src/plan/route.ts'
import { shortestPaths } from '../src/plan/shortest-path.ts'
import { record, recordedEdges, schedule } from './support/plan.ts'

describe('edge errors', () => {
  it('equal the quadratic form of the jump they stand for', async () => {
    const { gram } = await record(1)
    const { sigmas } = schedule
    const edges = createEdgeErrors([gram], incrementsOf(sigmas, 'baseline'), sigmas)
    const out = new Float64Array(1)
    const triple = fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(triple, (indices) => {
        const [p, i, j] = indices.sort((a, b) => a - b) as [number, number, number]
        const weights = ruleRow(emulate(2), sigmas, [i, p], i, j)
        const difference = new Float64Array(30)
        for (let k = i; k < j; k++) difference[k] = sigmas[k + 1]! - sigmas[k]!
        difference[i]! -= weights[0]!
        difference[p]! -= weights[1]!
        edges.measure(out, p, i, j)
        expect(out[0]).toBeCloseTo(quadratic(gram, difference), 10)
      }),
    )
  })

  it('vanish where nothing is skipped', async () => {
    const edges = await recordedEdges([1, 2])
    const out = new Float64Array(2)
    for (let i = 1; i < 30; i++) {
      edges.measure(out, i - 1, i, i + 1)
      expect(Math.max(...out)).toBeLessThan(1e-12)
    }
  })
})

describe('errors blurred over neighbouring steps', () => {
  const measured = (edges: EdgeErrors, p: number, i: number, j: number): number => {
    const out = new Float64Array(1)
    edges.measure(out, p, i, j)
    return out[0]!
  }

  it('are means over the jump itself and the same jump one step earlier and later, as far as there are such', async () => {
    const edges = await recordedEdges([1])
    const soft = blurred(edges)
    const own = (shift: number): number => measured(edges, 3 + shift, 7 + shift, 12 + shift)
    expect(measured(soft, 3, 7, 12)).toBeCloseTo((own(0) + (own(-1) + own(1)) / 2) / 2, 12)
    const early = measured(edges, 0, 4, 9)
    expect(measured(soft, 0, 4, 9)).toBeCloseTo((early + measured(edges, 1, 5, 10) / 2) / 1.5, 12)
    const late = measured(edges, 20, 25, 30)
    expect(measured(soft, 20, 25, 30)).toBeCloseTo((late + measured(edges, 19, 24, 29) / 2) / 1.5, 12)
  })

  it('leave the first jump, which has no velocity before it, as it is', async () => {
    const edges = await recordedEdges([1])
    expect(measured(blurred(edges), 0, 0, 5)).toBe(measured(edges, 0, 0, 5))
  })
})

describe('shortest paths', () => {
  const anyCost = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 343, maxLength: 343 })

  it('are the cheapest of all schedules of each length', () => {
    const numSteps = 6
    fc.assert(
      fc.property(anyCost, (table) => {
        const cost = (p: number, i: number, j: number): number => table[(p * 7 + i) * 7 + j]!
        const paths = shortestPaths(numSteps, numSteps, cost)
        for (let nfe = 1; nfe <= numSteps; nfe++) {
          const best = Math.min(...schedulesOf(numSteps, nfe).map((path) => totalOf(path, cost)))
          const path = paths.get(nfe)!
          expect(path).toHaveLength(nfe + 1)
          expect(totalOf(path, cost)).toBeCloseTo(best, 12)
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('candidates', () => {
  it('have the budget asked for, start at 0, end at T and are all different', async () => {
    const edges = await recordedEdges([1, 2])
    const proposed = proposeCandidates(edges, schedule.sigmas, [5, 8, 29])
    for (const [nfe, candidates] of proposed) {
      for (const { path } of candidates) {
        expect(path).toHaveLength(nfe + 1)
        expect([path[0], path.at(-1)]).toEqual([0, 30])
        expect(path.every((index, m) => m === 0 || index > path[m - 1]!)).toBe(true)
      }
      expect(new Set(candidates.map(({ mode, path }) => `${mode} ${path}`)).size).toBe(candidates.length)
    }
  })

  it('lie on any grid: shifted paths are increasing whatever the schedule', () => {
    const shift = fc.double({ min: 0.2, max: 5, noNaN: true })
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), shift, shift, fc.nat(), (numSteps, own, wanted, draw) => {
        const { sigmas } = shiftedSchedule(numSteps, own)
        const budget = 1 + (draw % (numSteps - 1))
        const path = shiftedPath(sigmas, budget, wanted)
        expect(path[0]).toBe(0)
        expect(path.at(-1)).toBe(numSteps)
        expect(path.every((index, m) => m === 0 || index > path[m - 1]!)).toBe(true)
      }),
    )
  })

  it('find the nearest noise level', () => {
    const { sigmas } = linearSchedule(10)
    expect(nearestIndex(sigmas, 0.56)).toBe(4)
    expect(nearestIndex(sigmas, -1)).toBe(10)
  })
})

function schedulesOf(numSteps: number, nfe: number): number[][] {
  const extend = (path: readonly number[]): number[][] => {
    if (path.length === nfe) return [[...path, numSteps]]
    const next = Array.from({ length: numSteps - 1 - path.at(-1)! }, (_, k) => path.at(-1)! + 1 + k)
    return next.flatMap((index) => extend([...path, index]))
  }
  return extend([0])
}

function totalOf(path: readonly number[], cost: (p: number, i: number, j: number) => number): number {
  let total = 0
  for (let m = 0; m + 1 < path.length; m++) total += cost(path[Math.max(0, m - 1)]!, path[m]!, path[m + 1]!)
  return total
}
