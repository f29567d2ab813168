import { certificateOf, planRows } from '@fastflow/bench'
import { calibrate, fillNormal, linearSchedule } from '@fastflow/core'
import { expect, it } from 'vitest'

const settings = {
  velocity: (x: Float32Array, sigma: number) => x.map((value) => value / (sigma + 0.5)),
  noise: (seed: number) => fillNormal(new Float32Array(8), seed),
  schedule: linearSchedule(12),
  budgets: [3, 5],
  evaluations: 120,
}

it('rows are the plans, with the letters that they follow', async () => {
  const frontier = await calibrate(settings)
  const { plans, joint } = planRows(frontier)
  expect(plans.map(({ budget, nfe }) => [budget, nfe])).toEqual([
    [3, 3],
    [5, 5],
  ])
  for (const { budget, decisions, quality } of plans) {
    expect(decisions).toBe(frontier.decisions(budget))
    expect(decisions.replaceAll('S', '')).toHaveLength(budget)
    expect(quality).toEqual(frontier.entry(budget)!.quality)
  }
  expect(joint).toBeUndefined()
})

it('a certificate rests on held-out runs, of which there are none before one asks for it', async () => {
  const plain = certificateOf(await calibrate(settings))
  expect(plain).toMatchObject({ runs: 0, upTo: 0, missing: { confidence: 0.95, runs: 19 } })
  const certified = certificateOf(await calibrate({ ...settings, certify: 0.5 }))
  expect(certified.runs).toBeGreaterThanOrEqual(1)
  expect(certified.upTo).toBe(certified.runs / (certified.runs + 1))
  expect(certified.missing.runs).toBe(19 - certified.runs)
})
