import { fixedNfeFor, runLearnBench, summarizeTable, watchedArm } from '@fastflow/bench'
import { createRandom, fillNormal } from '@fastflow/core'
import { type Goal, mostConfidence, type QualityTable } from '@fastflow/pipelines'
import { expect, test } from 'vitest'
import { coverageOf as targetCoverageOf } from '../src/learning/coverage.ts'
import { learningCurves } from '../src/learning/curves.ts'
import { driftOf } from '../src/learning/drift.ts'
import { splitTable } from '../src/learning/split.ts'
import { unhurried } from './support/unhurried.ts'

const goal: Goal = { metric: 'lpips', limit: 0.05, confidence: 0.95 }

/** Runs of two kinds, told apart by their first feature: easy ones do with 6 evaluations, hard ones want 15. */
function tableOf(runs: number): QualityTable {
  const noise = fillNormal(new Float32Array(runs * 9), 1)
  return {
    format: 'fastflow-quality',
    version: 2,
    key: 'k',
    plans: 'p',
    metric: 'lpips',
    proxy: { name: 'lpips', version: 'lpips/1' },
    numSteps: 50,
    nfe: [6, 10, 15],
    floor: [],
    runs: Array.from({ length: runs }, (_, run) => ({
      seed: run,
      features: [run % 2 ? 1 : -1, 0, 0, 0],
      scores: run % 2 ? [0.004, 0.003, 0.002] : [0.2, 0.1, 0.004],
      landings: [0, 1, 2].map((arm) => [0, 1, 2].map((k) => -2 + 0.1 * noise[(run * 3 + arm) * 3 + k]!)),
    })),
  }
}

test('a split keeps every run, on one side', () => {
  const { known, fresh } = splitTable(tableOf(20), 8, createRandom(3).next)
  expect(fresh.runs).toHaveLength(8)
  expect([...known.runs, ...fresh.runs].map(({ seed }) => seed).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, i) => i),
  )
})

test('curves: the warm contextual policy is there at once and beats every fixed plan; the full run earns nothing', async () => {
  const curves = await learningCurves(tableOf(60), goal, { generations: 60, repeats: 4 }, unhurried)
  const named = (name: string) => curves.find((curve) => curve.name === name)!
  const warm = named('lin-ucb, warm')
  expect(warm.settled).toBe(1)
  for (const nfe of [6, 10, 15, 50])
    expect(warm.final.reward).toBeGreaterThan(named(`always ${nfe}`).final.reward)
  expect(warm.regret[2]).toBeLessThan(0)
  expect(named('always 50').final).toEqual({ reward: 0, nfe: 50, p10: 0 })
  expect(named('always 10').nfe.every((nfe) => nfe === 10)).toBe(true)
  expect(named('ucb1 (paper)').final.reward).toBeLessThan(warm.final.reward)
  expect(await learningCurves(tableOf(60), goal, { generations: 60, repeats: 4 }, unhurried)).toEqual(curves)
})

test('the fixed plans for a worst tenth are interpolated', () => {
  const plans = [
    { reward: 0, nfe: 6, p10: 0.04 },
    { reward: 0, nfe: 10, p10: 0.02 },
  ]
  expect(fixedNfeFor(0.03, goal, plans)).toBeCloseTo(8, 9)
  expect(fixedNfeFor(0.5, goal, plans)).toBe(6)
  expect(fixedNfeFor(0.001, goal, plans)).toBeUndefined()
})

test('coverage: what is certified is kept, what cannot be is refused', async () => {
  const settings = { limits: [0.003, 0.05], confidence: 0.95, repeats: 10, samples: 64 }
  const [strict, loose] = await targetCoverageOf(tableOf(200), settings, unhurried)
  expect(strict).toMatchObject({ served: 0, share: null, nfe: 50, refusals: { 'out-of-reach': 10 } })
  expect(loose).toMatchObject({ served: 10, kept: 10, share: 1, nfe: 15, fresh: 64, known: 136 })
})

test('drift: changed landings raise the alarm, unchanged ones do not', async () => {
  const settings = { repeats: 10, unchanged: 500 }
  const other = Array.from({ length: 20 }, () => [-2, -2, -1.6])
  expect(await driftOf(tableOf(120), goal, 1, other, settings, unhurried)).toMatchObject({
    nfe: 10,
    falseAlarms: 0,
    swapped: { requests: 20, found: 10 },
  })
})

test('drift: an alarm that is never raised has no delay, rather than one of 0', async () => {
  const settings = { repeats: 3, unchanged: 20 }
  const table = tableOf(120)
  const same = table.runs.slice(0, 2).map(({ landings }) => landings[1]!)
  expect((await driftOf(table, goal, 1, same, settings, unhurried)).swapped).toEqual({
    requests: 2,
    found: 0,
    mean: null,
    worst: null,
  })
})

test('a bench of them all is that of its parts, and one run cannot be split', async () => {
  const settings = { confidence: 0.95, generations: 60, repeats: 2 }
  const table = tableOf(120)
  const { limit, runs, curves, coverage, drift } = await runLearnBench(table, settings, unhurried)
  expect({ limit, runs }).toEqual({ limit: 0.05, runs: 120 })
  expect(curves).toEqual(await learningCurves(table, goal, { generations: 60, repeats: 2 }, unhurried))
  expect(coverage.map((row) => row.limit)).toEqual([0.02, 0.05, 0.1])
  expect(drift).toMatchObject({ nfe: 10, repeats: 2, unchanged: 500 })
  expect(drift.swapped).toBeUndefined()
  const psnr = await runLearnBench({ ...table, metric: 'psnr' }, settings, unhurried)
  expect(psnr.coverage.map((row) => row.limit)).toEqual([40, 35, 30])
  await expect(runLearnBench(tableOf(1), settings, unhurried)).rejects.toMatchObject({
    code: 'invalid-argument',
    field: 'runs',
  })
})

test('the alarm watches the first plan of 10 evaluations or more, or else the first', () => {
  expect(watchedArm({ nfe: [6, 10, 15] })).toBe(1)
  expect(watchedArm({ nfe: [12] })).toBe(0)
  expect(watchedArm({ nfe: [4, 8] })).toBe(0)
})

test('a table in a few figures: the worst of LPIPS is its largest, that of PSNR its least', () => {
  const table = { ...tableOf(21), floor: [0.1, 0.3] }
  const { runs, upTo, floor, plans } = summarizeTable(table)
  expect(runs).toBe(21)
  expect(upTo).toBe(mostConfidence(21))
  expect(floor).toMatchObject({ runs: 2, worst: 0.3 })
  expect(floor!.mean).toBeCloseTo(0.2, 12)
  expect(plans.map(({ nfe, worst }) => [nfe, worst])).toEqual([
    [6, 0.2],
    [10, 0.1],
    [15, 0.004],
  ])
  const least = summarizeTable({ ...table, metric: 'psnr', floor: [] })
  expect(least.floor).toBeNull()
  expect(least.plans.map(({ worst }) => worst)).toEqual([0.004, 0.003, 0.002])
})
