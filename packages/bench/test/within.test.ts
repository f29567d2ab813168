import {
  type BenchTerms,
  expectedMs,
  fittedTerms,
  type GeneratingSource,
  runBench,
  velocitySource,
} from '@fastflow/bench'
import { fillNormal, linearSchedule } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { termsWithin } from '../src/demo/within.ts'

const most: BenchTerms = {
  ...{ numSteps: 50, guidanceScale: 2, budgets: [6, 8, 10, 12, 15, 19, 25], samples: 64, seed: 0 },
  ...{ paperGenerations: 200, plans: 'calibrated', exact: true, controls: 'all', oracle: true },
  tuningSamples: 0,
}
const all = ['samples', 'exact', 'controls', 'budgets', 'paperGenerations', 'oracle', 'plans'] as const

describe('a bench within a time', () => {
  it('is whole where the time is enough for it', () => {
    expect(termsWithin(most, all, expectedMs(most, 1), 1)).toBe(most)
  })

  it.each([5, 10, 13, 60, 110, 400])('takes less than ten minutes at %i ms an evaluation', (each) => {
    const fitted = termsWithin(most, all, 600_000, each)
    expect(expectedMs(fitted, each)).toBeLessThanOrEqual(600_000)
    expect(fitted.samples).toBeGreaterThan(1)
    expect(most.budgets).toEqual(expect.arrayContaining([...fitted.budgets]))
  })

  it('is less the dearer an evaluation is, and never less than the least', () => {
    const costs = [1, 10, 100, 1000, 1e6].map((each) => expectedMs(termsWithin(most, all, 6e5, each), 1))
    expect(costs).toEqual([...costs].sort((a, b) => b - a))
    expect(termsWithin(most, all, 0, 1)).toMatchObject({ samples: 1, plans: 'own', exact: false })
  })

  it('leaves what was said as it is, and makes nothing more', () => {
    const said = { ...most, budgets: [7], samples: 3, oracle: false, paperGenerations: 0 }
    const fitted = termsWithin(said, ['samples', 'exact', 'controls'], 1, 1)
    expect(fitted).toMatchObject({ budgets: [7], plans: 'calibrated', samples: 1, paperGenerations: 0 })
    expect(termsWithin(said, all, 6e5, 10)).toEqual(said)
    expect(termsWithin(said, all, 1, 1).budgets).toEqual([7])
  })

  it('times an evaluation of the model first', async () => {
    let now = 0
    const source = {
      ...velocitySource({
        model: 'm',
        velocity: (x) => x,
        schedule: linearSchedule,
        noise: () => new Float32Array(4),
      }),
      generateTurn: async (_: number, options: { numSteps: number }) => {
        now += 110 * options.numSteps
      },
    } as unknown as GeneratingSource
    const limits = { open: ['budgets', 'oracle'] as const, ms: 600_000, now: () => now }
    const signal = { aborted: false }
    const fitted = await fittedTerms(source, most, { ...limits, signal: signal as AbortSignal })
    expect(fitted).toEqual(termsWithin(most, [...limits.open, 'samples', 'exact', 'controls'], 600_000, 110))
  })
})

const source = velocitySource({
  model: 'waves',
  velocity: (x, sigma) => x.map((value, k) => value * Math.sin((3 + (k % 5)) * sigma)),
  schedule: linearSchedule,
  noise: (seed) => fillNormal(new Float32Array(40), seed),
})
const settings = {
  ...{ ...most, numSteps: 12, guidanceScale: 1, budgets: [5, 10], samples: 3, paperGenerations: 0 },
  environment: { node: 'v0', threads: 1 },
  signal: new AbortController().signal,
  now: () => 0,
}

it('what a bench is expected to cost is near to what it costs', async () => {
  const { environment: _, signal: __, now: ___, ...terms } = settings
  const totals: number[] = []
  const { document } = await runBench(source, {
    ...settings,
    onProgress: (_, total) => void totals.push(total),
  })
  const spent = Object.values(document.evaluations).reduce((sum, one) => sum + one, 0)
  for (const foreseen of [expectedMs(terms, 1), ...totals]) {
    expect(foreseen / spent).toBeGreaterThan(0.8)
    expect(foreseen / spent).toBeLessThan(1.25)
  }
})

const planned = await source.calibrate({ numSteps: 12, budgets: [5, 10], evaluations: 120 })

describe('what is shown of a bench', () => {
  const few = { ...settings, plans: 'own', exact: false, oracle: false, samples: 8 } as const

  it('is the first samples and the worst by the plan, in their order', async () => {
    const scores: number[] = []
    const asked: number[] = []
    const { comparisons } = await runBench(source, {
      ...few,
      plans: planned.document,
      shownSamples: 2,
      compare: async ({ index, runs }) => {
        asked.push(index)
        return { index, psnr: runs.find(({ measurement }) => measurement.method === 'plan-10')!.scores.psnr }
      },
    })
    const { comparisons: every } = await runBench(source, {
      ...few,
      plans: planned.document,
      compare: async ({ index, runs }) => {
        scores[index] = runs.find(({ measurement }) => measurement.method === 'plan-10')!.scores.psnr
        return { index }
      },
    })
    expect(every).toHaveLength(8)
    const worst = scores.indexOf(Math.min(...scores))
    expect(comparisons.map(({ index }) => index)).toEqual([...new Set([0, 1, worst])])
    expect(asked.length).toBeLessThan(8)
  })

  it('has the way of the first sample, which ends where the sample does', async () => {
    const { document } = await runBench(source, {
      ...few,
      plans: planned.document,
      trajectories: true,
      samples: 1,
    })
    const methods = document.trajectories!.map(({ method }) => method)
    expect(methods).toEqual(['ab2-10', 'uniform-10', 'plan-10'])
    for (const { method, points } of document.trajectories!) {
      const row = document.rows.find((row) => row.method === method)!
      expect(points).toHaveLength(row.nfe)
      expect(points.at(-1)).toEqual({ sigma: 0, psnr: expect.closeTo(row.psnr.mean, 4) })
      for (const { sigma } of points) expect(sigma).toBeLessThan(1)
    }
    expect(document.evaluations.samples).toBe(
      document.rows.reduce((sum, { nfe }) => sum + nfe, 0) + 12 + 3 * 10,
    )
  })
})
