import type { GuardRow, Pool, PoolRun, PoolSample } from '@fastflow/bench'
import { compareGuards, coverageOf } from '@fastflow/bench'
import { calibrate, createRandom, fillNormal, linearSchedule, type PlanDocument } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { applyGuard, variantsOf } from '../src/coverage/guards.ts'
import { unhurried } from './support/unhurried.ts'

const NUM_STEPS = 50
const BUDGETS = [8, 12, 19, 25] as const

const document: PlanDocument = (
  await calibrate({
    velocity: (x, sigma) => x.map((value) => value / (sigma + 0.5)),
    noise: (seed) => fillNormal(new Float32Array(8), seed),
    schedule: linearSchedule(NUM_STEPS),
    budgets: [...BUDGETS],
    evaluations: 300,
  })
).toJSON()

/** Samples of which a fifth is hard; `mismatch` says how much a landing shows of that. */
function poolOf(mismatch: (hard: boolean, random: () => number) => number, size = 100): Pool {
  const { next } = createRandom(1)
  const samples = Array.from({ length: size }, (_, index): PoolSample => {
    const hard = index % 5 === 0
    const plans: Record<number, PoolRun> = {}
    for (const budget of BUDGETS) {
      const psnr = 2 * budget + 3 * next() - (hard && budget < 19 ? 12 : 0)
      const mismatches = Array.from({ length: budget - 1 }, () => mismatch(hard, next))
      const probe = { at: 4, stretch: next() }
      plans[budget] = { nfe: budget, psnr, exactPsnr: psnr, mismatches, probe }
    }
    return { subject: Math.floor(next() * 10), exactPsnr: 40, plans, early: {} }
  })
  return { document, numSteps: NUM_STEPS, samples }
}

const rowAt12 = (rows: readonly GuardRow[], guard: string): GuardRow =>
  rows.find((row) => row.budget === 12 && row.guard === guard)!

describe('guards', () => {
  it('lift the tail where mismatches know it, at no more evaluations than the static plan', async () => {
    const rows = await compareGuards(
      poolOf((hard, random) => (hard ? 2 : 1) * (0.9 + 0.2 * random())),
      10,
      unhurried,
    )
    for (const row of rows) expect(row.nfe).toBeLessThanOrEqual(row.budget)
    const { against, settings } = rowAt12(rows, 'mismatch')
    expect(against!.p10.low).toBeGreaterThan(1)
    expect(settings).toHaveLength(2)
    for (const setting of settings) expect(setting).toMatch(/^8 or \d+: high mismatch after \d$/)
  })

  it('show nothing where mismatches are chance', async () => {
    const rows = await compareGuards(
      poolOf((_, random) => random()),
      10,
      unhurried,
    )
    for (const guard of ['mixture', 'mismatch', 'sensitivity', 'context'])
      expect(rowAt12(rows, guard).against!.p10.low).toBeLessThan(0)
    expect(rowAt12(rows, 'foresight').against!.p10.low).toBeGreaterThan(0)
  })

  it('pay for what they do: evaluations until the decision but the shared first, and the probe', () => {
    const { samples } = poolOf((_, random) => random(), 10)
    const ofRich = (idea: 'mismatch' | 'sensitivity' | 'context') =>
      variantsOf(idea, samples, 12, NUM_STEPS).find(({ base, rich }) => base === 8 && rich === 25)!
    expect(ofRich('context')).toMatchObject({ keep: 8, redo: 25 })
    expect(ofRich('mismatch')).toMatchObject({ rule: 'high mismatch after 2', keep: 8, redo: 1 + 25 })
    expect(ofRich('sensitivity')).toMatchObject({ keep: 9, redo: 4 + 25 })
    const { nfe, runs } = applyGuard(ofRich('context'), samples, 12)
    expect(runs.map((run) => run.nfe).sort()).toEqual([25, 25, ...Array<number>(8).fill(8)].sort())
    expect(nfe).toBeCloseTo(8 + 0.2 * 17)
  })
})

describe('coverage', () => {
  it('reaches the stated share, by plans and not by the full run alone', () => {
    const row = coverageOf(
      poolOf(() => 1),
      22,
      0.9,
    )
    expect(row).toMatchObject({ repeats: 20, calibration: 50, test: 50 })
    expect(row.reached).toBeGreaterThanOrEqual(0.9)
    expect(row.chosen).toEqual({ 19: 20 })
  })

  it('is whole where the target cannot be had and everything is evaluated', () => {
    expect(
      coverageOf(
        poolOf(() => 1),
        90,
        0.9,
      ),
    ).toMatchObject({ reached: 1, least: 1, chosen: { 50: 20 } })
  })
})
