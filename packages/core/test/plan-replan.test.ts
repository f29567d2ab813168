import {
  calibrate,
  fillNormal,
  float32Space,
  linearSchedule,
  type Plan,
  parsePlan,
  recordTrajectory,
  replan,
  shiftedSchedule,
  type Velocity,
} from '@fastflow/core'
import { gaussianFlow, mixtureFlow } from '@fastflow/testkit'
import { beforeAll, describe, expect, it } from 'vitest'

const schedule = linearSchedule(20)
const noise = (seed: number): Float32Array => fillNormal(new Float32Array(8), seed)
const normal = (seed: number): number[] => [...fillNormal(new Float32Array(8), seed)]

/** Components at `scale` times the same places: 1 is the model that the plan was made for. */
function model(scale: number, std = 0.2): Velocity<Float32Array> {
  const means = [1, 2, 3].map((seed) => normal(seed).map((value) => value * scale))
  return mixtureFlow({ weights: [1, 1, 1], means, std }).velocity
}

let plan: Plan
beforeAll(async () => {
  plan = await calibrate({
    velocity: model(1),
    noise,
    schedule,
    budgets: [5, 8],
    evaluations: 400,
    key: { model: 'a' },
  })
})

const counted = (velocity: Velocity<Float32Array>) => {
  const calls = { made: 0 }
  const counting: Velocity<Float32Array> = (x, sigma, call) => {
    calls.made++
    return velocity(x, sigma, call)
  }
  return { calls, velocity: counting }
}

describe('replan', () => {
  it('keeps what still does well, for the price of a check, tied to the new model and certified no more', async () => {
    const { calls, velocity } = counted(model(1.02))
    const result = await replan(plan, { velocity, noise, key: { model: 'b' } })
    expect(result.budgets.map(({ budget, outcome, holds }) => [budget, outcome, holds])).toEqual([
      [5, 'kept', true],
      [8, 'kept', true],
    ])
    expect(result.evaluations).toBe(2 * (20 + 5 + 8))
    expect(calls.made).toBe(result.evaluations)
    const { document } = result.plan
    expect(document.key).toMatchObject({ model: 'b', schedule: plan.document.key.schedule })
    expect(document.plans.map(({ weights }) => weights)).toEqual(
      plan.document.plans.map(({ weights }) => weights),
    )
    expect(document.plans[0]).toMatchObject({ scores: [], quality: { basis: 'leave-one-out', runs: 2 } })
    expect(document.calibration.evaluations).toBe(plan.document.calibration.evaluations + result.evaluations)
    expect(document.calibration.seeds).toHaveLength(plan.document.calibration.seeds.length + 2)
    expect(parsePlan(JSON.stringify(result.plan)).document).toEqual(document)
  })

  it('says what is worse and changes nothing when it may only check', async () => {
    const { budgets, plan: checked } = await replan(plan, {
      velocity: model(0.2, 0.9),
      noise,
      upTo: 'check',
      tolerance: 0.1,
    })
    expect(budgets.some(({ holds }) => !holds)).toBe(true)
    expect(budgets.every(({ outcome }) => outcome === 'kept')).toBe(true)
    expect(checked.document.plans.map(({ nodes }) => nodes)).toEqual(
      plan.document.plans.map(({ nodes }) => nodes),
    )
  })

  it('fits weights anew on another grid, and they do better than emulated ones', async () => {
    const other = shiftedSchedule(14, 2)
    const options = { velocity: model(1), noise, schedule: other }
    const checked = await replan(plan, { ...options, upTo: 'check' })
    const result = await replan(plan, { ...options, upTo: 'refit' })
    expect(result.budgets.map(({ outcome }) => outcome)).toContain('refitted')
    for (const [k, { after }] of result.budgets.entries())
      expect(after).toBeGreaterThanOrEqual(checked.budgets[k]!.after)
    expect(result.plan.document.key.schedule.sigmas).toHaveLength(15)
    expect(result.evaluations).toBe(2 * (14 + 5 + 8) + 2 * (5 + 8))
  })

  it('searches for what is worse still, within the evaluations, and keeps the rest', async () => {
    const { calls, velocity } = counted(model(-1.5, 0.05))
    const stages = new Set<string>()
    const result = await replan(plan, {
      velocity,
      noise,
      upTo: 'search',
      evaluations: 400,
      tolerance: 0,
      onProgress: ({ stage, evaluations, limit }) => {
        stages.add(stage)
        expect(limit).toBe(400)
        expect(evaluations).toBeLessThanOrEqual(400)
      },
    })
    expect(result.budgets.map(({ outcome }) => outcome)).toContain('searched')
    expect(result.evaluations).toBe(calls.made)
    expect(result.evaluations).toBeLessThanOrEqual(400)
    expect([...stages]).toEqual(expect.arrayContaining(['check', 'search', 'done']))
    const { calibration } = result.plan.document
    expect(calibration.evaluations).toBe(plan.document.calibration.evaluations + calls.made)
    expect(calibration.borrowed).toBe(0)
  })

  it('checks with an ordinary generation that was recorded anyway', async () => {
    const seed = 77
    const { calls, velocity } = counted(model(1))
    const run = await recordTrajectory({
      velocity: model(1),
      schedule,
      space: float32Space,
      noise: noise(seed),
      seed,
    })
    const result = await replan(plan, { velocity, noise, recorded: [run] })
    expect(result.evaluations).toBe(5 + 8)
    expect(calls.made).toBe(13)
    expect(result.plan.document.calibration).toMatchObject({ borrowed: 20 })
    expect(result.plan.document.plans[0]!.quality).toMatchObject({ basis: 'in-sample', runs: 1 })
  })

  it('refuses what does not fit, naming it, before the first evaluation', async () => {
    const { calls, velocity } = counted(gaussianFlow({ mean: normal(4), std: 1 }).velocity)
    await expect(replan(plan, { velocity, noise, evaluations: 50 })).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'evaluations',
      message: expect.stringContaining('the check, which takes 66'),
    })
    await expect(replan(plan, { velocity, noise, schedule: linearSchedule(4) })).rejects.toMatchObject({
      field: 'schedule',
    })
    await expect(replan(plan, { velocity, noise, upTo: 'all' as 'check' })).rejects.toMatchObject({
      field: 'upTo',
    })
    await expect(replan(plan, { velocity, noise, tolerance: -1 })).rejects.toMatchObject({
      field: 'tolerance',
    })
    await expect(replan(plan, { noise })).rejects.toMatchObject({ field: 'velocity' })
    expect(calls.made).toBe(0)
  })

  it('is cancelled like everything else', async () => {
    const signal = AbortSignal.abort()
    await expect(replan(plan, { velocity: model(1), noise, signal })).rejects.toMatchObject({
      code: 'aborted',
    })
  })
})
