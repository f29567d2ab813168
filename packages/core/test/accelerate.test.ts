import { accelerate, linearSchedule, sample, unipc } from '@fastflow/core'
import { countingVelocity, float64Space, gaussianFlow } from '@fastflow/testkit'
import { expect, it } from 'vitest'
import { flow, noise, schedule } from './support/plan.ts'

const distance = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, k) => Math.abs(value - b[k]!)))

it('plans from the first run, which is the full run bit for bit, at no evaluation', async () => {
  const counting = countingVelocity(flow)
  const fast = accelerate(counting.velocity, { schedule, nfe: 7 })
  expect(fast.plan).toBeUndefined()
  const full = await sample({ velocity: flow, schedule, x: noise(1) })
  const first = await fast.sample({ x: noise(1) })
  expect(first.x).toEqual(full.x)
  expect(first.stats.decisions).toBe(full.stats.decisions)
  expect(fast.plan?.budgets).toContain(7)
  const second = await fast.sample({ x: noise(2) })
  expect(second.stats.nfe).toBeLessThanOrEqual(7)
  counting.expectNfe(first.stats.nfe + second.stats.nfe)
  const whole = await sample({ velocity: flow, schedule, x: noise(2) })
  expect(distance(second.x, whole.x)).toBeLessThan(0.1)
})

it('follows a plan that is given, in any form, from the first run on', async () => {
  const first = accelerate(flow, { schedule, nfe: 8 })
  await first.sample({ x: noise(1) })
  const { plan } = first
  const text = JSON.stringify(plan)
  for (const form of [plan, text, JSON.parse(text), new TextEncoder().encode(text)]) {
    const fast = accelerate(flow, { nfe: 8, plan: form })
    expect((await fast.sample({ x: noise(2) })).stats.nfe).toBeLessThanOrEqual(8)
  }
  const other = { schedule: linearSchedule(29), plan }
  expect(() => accelerate(flow, other)).toThrow('schedule')
})

it('runs that are not completed teach nothing, and those that begin meanwhile are full', async () => {
  const fast = accelerate(flow, { schedule, nfe: 8 })
  const stopped = await fast.sample({ x: noise(1), onStep: () => false })
  expect([stopped.status.kind, fast.plan]).toEqual(['stopped', undefined])
  const both = await Promise.all([1, 2].map((seed) => fast.sample({ x: noise(seed) })))
  expect(both.map(({ stats }) => stats.nfe)).toEqual([schedule.sigmas.length - 1, schedule.sigmas.length - 1])
  expect(fast.plan).toBeDefined()
})

it('plans for the solver and the space that are given', async () => {
  const { velocity } = gaussianFlow({ mean: [1, -1], std: 0.5 })
  const solver = unipc(2)
  const fast = accelerate<Float64Array>(velocity, { schedule, solver, nfe: 6 })
  const run = { x: Float64Array.of(0.2, 0.4), space: float64Space }
  const full = await sample({ velocity, schedule, solver, ...run })
  expect((await fast.sample(run)).x).toEqual(full.x)
  const { x, stats } = await fast.sample(run)
  expect(stats.nfe).toBeLessThanOrEqual(6)
  for (let k = 0; k < 2; k++) expect(x[k]).toBeCloseTo(full.x[k]!, 2)
  await expect(accelerate<Float64Array>(velocity).sample({ x: run.x })).rejects.toThrow('space')
})

it('evaluates every step of grids that have no more than were asked for', async () => {
  const fast = accelerate(flow, { schedule: linearSchedule(4) })
  for (const seed of [1, 2]) expect((await fast.sample({ x: noise(seed) })).stats.nfe).toBe(4)
  expect(fast.plan).toBeUndefined()
  const short = accelerate(flow, { schedule: linearSchedule(4), nfe: 3 })
  await short.sample({ x: noise(1) })
  expect((await short.sample({ x: noise(2) })).stats.nfe).toBeLessThanOrEqual(3)
})
