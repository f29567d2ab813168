import type { BenchDocument, BenchRow, LearningCurve } from '@fastflow/bench'
import type { PlanDocument, PlanEntry } from '@fastflow/core'
import {
  type Chart,
  chartSvg,
  decibels,
  decisionStrip,
  learningChart,
  ownFrontier,
  planChart,
  pullsMap,
  trajectoryChart,
} from '@fastflow/report'
import { describe, expect, it, test } from 'vitest'
import { symbolPath } from '../src/charts/marks.ts'
import { plot, roundRange } from '../src/charts/plot.ts'

function row(method: string, nfe: number, mean: number): BenchRow {
  const times = { modelMs: nfe, overheadMs: 1, wallMs: nfe + 1, speedup: 50 / nfe }
  return { method, nfe, passes: nfe, psnr: { mean, p10: mean - 3, min: mean - 6 }, ...times, skips: {} }
}

function bench(samples: number, rows: readonly BenchRow[]): BenchDocument {
  return {
    version: 1,
    model: 'tiny',
    steps: 50,
    samples,
    seed: 1,
    guidanceScale: 1,
    exactSteps: 0,
    paperGenerations: 0,
    planEvaluations: 0,
    planExactEvaluations: 0,
    tuningSamples: 0,
    evaluations: { learning: 0, planning: 0, oracle: 0, tuning: 0, samples: 0 },
    environment: { threads: 1, backend: 'wasm', eventLoopLagP99Ms: 0 },
    rows,
    contests: [],
    passes: [],
  }
}

const measured = bench(1, [
  row('full', 50, 100),
  row('plan-6', 6, 31),
  row('ab2-6', 6, 22),
  row('paper', 20, 40),
])

function plan(...basis: PlanEntry['quality']['basis'][]): PlanDocument {
  const plans = basis.map((one, n) => ({
    budget: 6 + 4 * n,
    nfe: 6 + 4 * n,
    quality: { mean: 30 + 5 * n, p10: 27 + 5 * n, min: 20, runs: 3, basis: one },
  }))
  return {
    key: { schedule: { name: 'linear', sigmas: new Array(51).fill(0) } },
    plans,
  } as unknown as PlanDocument
}

const curve: LearningCurve = {
  policy: 'paper',
  steps: 12,
  arms: [0, 2],
  nfe: [12, 9, 7, 6],
  pulls: [0, 1].map(() => new Array(12).fill(1)),
  means: [0, 1].map(() => new Array(12).fill(0.5)),
}

const charts: readonly (readonly [string, Chart])[] = [
  ['plan', planChart(plan('held-out', 'held-out'), { bench: measured })!],
  ['frontier', ownFrontier(measured)!],
  ['learning', learningChart(curve)!],
  ['pulls', pullsMap(curve)!],
]

describe('a chart alone', () => {
  it.each(charts)('is one SVG in words and in both colours, the same every time: %s', (_, chart) => {
    const svg = chartSvg(chart, { width: 500 })
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 500 \d+" role="img" aria-label="[^"]{20,}"><style>/,
    )
    expect(svg).toContain('prefers-color-scheme: dark')
    for (const [, name] of svg.matchAll(/var\((--[\w-]+)\)/g)) expect(svg, name).toContain(`${name}:`)
    expect(chartSvg(chart, { width: 500 })).toBe(svg)
    expect(svg).not.toMatch(/NaN|undefined|Infinity/)
  })

  it.each(charts)('leaves its colours to the page where it is put into one: %s', (_, chart) => {
    const svg = chartSvg(chart, { width: 500, height: 200, colors: 'page' })
    expect(svg).toMatch(/viewBox="0 0 500 200"/)
    expect(svg).not.toMatch(/<style|(?:fill|stroke)="#/)
  })

  it.each(charts)('stays within its width, however narrow: %s', (_, chart) => {
    for (const width of [260, 350, 900]) {
      const svg = chartSvg(chart, { width, colors: 'page' })
      for (const [, x] of svg.matchAll(/ (?:d="M|x=")(-?[\d.]+)/g)) {
        expect(Number(x)).toBeGreaterThanOrEqual(0)
        expect(Number(x)).toBeLessThanOrEqual(width)
      }
    }
  })
})

it.each([
  [{}, 'width'],
  [{ width: -1 }, 'width'],
  [{ width: 500, height: Number.NaN }, 'height'],
  [{ width: 500, hieght: 3 }, 'hieght'],
])('a drawing of %j is refused', (options, field) => {
  const [, chart] = charts[0]!
  expect(() => chartSvg(chart, options as { width: number })).toThrow(
    expect.objectContaining({ code: 'invalid-argument', field }),
  )
})

describe('the chart of a plan', () => {
  it('has a point a budget to pick, the chosen one larger, and what was measured of plans and the policy', () => {
    const svg = chartSvg(planChart(plan('held-out', 'held-out'), { bench: measured, chosen: 10 })!, {
      width: 500,
    })
    const points = [...svg.matchAll(/<path data-budget="(\d+)" d="([^"]*)"[^>]*stroke="([^"]*)"/g)]
    expect(points.map(([, budget, , edge]) => [budget, edge])).toEqual([
      ['6', 'var(--card)'],
      ['10', 'var(--ink)'],
    ])
    const titles = [...svg.matchAll(/<title>([^<]*)</g)].map(([, words]) => words)
    expect(titles).toEqual([
      '6 evaluations, 30.0\u00a0dB',
      '10 evaluations, 35.0\u00a0dB',
      'plan-6: 6 evaluations, 31.0\u00a0dB',
      'paper: 20 evaluations, 40.0\u00a0dB',
    ])
    expect(svg).toContain('aria-label="Fidelity by evaluations. 6: 30.0\u00a0dB, 10: 35.0\u00a0dB.')
  })

  it('shows no plan that was never run, and is none where no plan was', () => {
    expect(
      chartSvg(planChart(plan('none', 'in-sample'))!, { width: 500 }).match(/data-budget/g),
    ).toHaveLength(1)
    expect(planChart(plan('none'))).toBeUndefined()
  })
})

describe('a strip of decisions', () => {
  it('has lower cells for evaluations by one pass', () => {
    expect(decisionStrip('CG').text).toContain('d="M0 0h.8v1h-.8zM1 0h.8v.55h-.8z"')
  })

  it('of a run under way leaves the steps to come empty', () => {
    const { text } = decisionStrip('CSS', 10)
    expect(text).toContain('viewBox="0 0 10 1"')
    expect(text).toContain('<path class="skipped" d="M0 0h3v1H0z"/>')
    expect(text).toContain('aria-label="1 of 10 steps evaluated"')
  })
})

test('axes are round, and hold what they are drawn for', () => {
  expect(roundRange([19.2, 90.1])).toEqual({ min: 10, max: 100 })
  expect(roundRange([0.31, 0.34]).min).toBeCloseTo(0.31, 9)
  expect(roundRange([5, 5])).toEqual({ min: 4, max: 6 })
  const { x, y, frame } = plot(
    { width: 400, height: 300 },
    { title: 'x', min: 0, max: 3, whole: true },
    { title: 'y', min: -1, max: 1 },
  )
  expect([x(0), x(3), y(-1), y(1)]).toEqual([44, 382, 254, 34])
  const labels = [...frame.text.matchAll(/>([^<]+)<\/text>/g)].map(([, text]) => text)
  expect(labels).toEqual(['−1', '−0.5', '0', '0.5', '1', '0', '1', '2', '3', 'y', 'x'])
})

test.each(['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'star'] as const)(
  'a symbol is closed: %s',
  (symbol) => {
    expect(symbolPath(symbol, [10, 20], 8)).toMatch(/^M[\d. LHahvqQ-]+z$/)
  },
)

test('runs are drawn on their way, a dot where they land, with the farthest in words', () => {
  const trajectories = [
    { method: 'plan-6', points: [0.5, 0].map((sigma) => ({ sigma, psnr: 40 - 20 * sigma })) },
    { method: 'ab2-15', points: [0.6, 0.3, 0].map((sigma) => ({ sigma, psnr: 30 - 10 * sigma })) },
  ]
  const chart = trajectoryChart({ ...measured, trajectories })!
  expect(chart.label).toBe(
    `plan-6 is ${decibels(30)} away where it is farthest, ${decibels(40)} at the end. ab2-15 is ${decibels(24)} away where it is farthest, ${decibels(30)} at the end.`,
  )
  const svg = chartSvg(chart, { width: 560 })
  expect(svg.match(/stroke-dasharray/g)).toHaveLength(1)
  const [, dots] = /fill="none"[^>]*stroke-dasharray[^>]*\/><path d="([^"]*)"/.exec(svg)!
  expect(dots!.match(/M/g)).toHaveLength(3)
  expect(trajectoryChart(measured)).toBeUndefined()
})
