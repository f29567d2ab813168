import type { CalibrateOptions, Checkpoint, Frontier } from '@fastflow/core'
import {
  calibrate,
  createRecorder,
  FastFlowError,
  float32Space,
  linearSchedule,
  parsePlan,
  refine,
  sample,
  validatePlan,
} from '@fastflow/core'
import { countingVelocity, nanVelocity } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { auditedSpace } from './support/audited-space.ts'
import { flow, noise, record, schedule, small } from './support/plan.ts'

/** Mean PSNR of a plan on seeds it was not made from. */
async function held(plan: Frontier, nfe: number): Promise<number> {
  let sum = 0
  for (let seed = 0; seed < 12; seed++) {
    const { x } = await sample({ velocity: flow, schedule, x: noise(seed), policy: plan.at(nfe) })
    const full = await sample({ velocity: flow, schedule, x: noise(seed) })
    sum += -10 * Math.log10(float32Space.meanSquaredDifference(x, full.x) as number)
  }
  return sum / 12
}

describe('calibrate', () => {
  it('counts every evaluation, reports it, and stays within the limit', async () => {
    for (const evaluations of [30, 61, 200, 600]) {
      const counted = countingVelocity(flow)
      const plan = await calibrate({ ...small, velocity: counted.velocity, evaluations })
      expect(counted.nfe).toBe(plan.document.calibration.evaluations)
      expect(counted.nfe).toBeLessThanOrEqual(evaluations)
      expect(plan.document.calibration.fullGenerations).toBeCloseTo(counted.nfe / 30, 2)
      expect(plan.budgets).toEqual([5, 8, 12])
    }
  })

  it('plans runs that cost exactly what they say and come closer with every budget', async () => {
    const plan = await calibrate(small)
    const qualities = plan.budgets.map((nfe) => plan.entry(nfe)!.quality)
    for (const [k, nfe] of plan.budgets.entries()) {
      const counted = countingVelocity(flow)
      const policy = plan.at(nfe)
      const { stats } = await sample({ velocity: counted.velocity, schedule, x: noise(1), policy })
      expect(stats.nfe).toBe(plan.entry(nfe)!.nfe)
      counted.expectNfe(stats.nfe)
      expect(stats.nfe).toBeLessThanOrEqual(nfe)
      expect(qualities[k]!.basis).toBe('leave-one-out')
    }
    expect(await held(plan, 8)).toBeGreaterThan(await held(plan, 5))
    expect(await held(plan, 12)).toBeGreaterThan(await held(plan, 8))
  })

  it('gives back every vector it took', async () => {
    const { space, live } = auditedSpace()
    await calibrate({ ...small, space })
    expect(live.size).toBe(0)
    await calibrate({ ...small, space, target: 'exact', evaluations: 1200 })
    expect(live.size).toBe(0)
  })

  it('is deterministic', async () => {
    expect((await calibrate(small)).document).toEqual((await calibrate(small)).document)
  })

  it('plans from one ordinary generation at no evaluation, and says what the figures are worth', async () => {
    const recorder = createRecorder({ velocity: flow, schedule, space: float32Space, seed: 77 })
    await sample({ velocity: recorder.velocity, schedule, x: noise(77) })
    const recorded = [await recorder.finish()]
    const plan = await calibrate({ schedule, recorded, evaluations: 0, budgets: [8] })
    const { calibration, plans } = plan.document
    expect(calibration).toMatchObject({ evaluations: 0, borrowed: 30, seeds: [77] })
    expect(plans[0]!.quality.basis).toBe('rehearsed')
    expect(plan.for({ psnr: 20, confidence: 0.5 }).kind).toBe('too-few-runs')
    const refined = await refine(plan, {
      velocity: flow,
      recorded: [await record(78), await record(79)],
      evaluations: 100,
    })
    expect(refined.entry(8)!.quality).toMatchObject({ basis: 'leave-one-out', runs: 2 })
    expect(refined.document.calibration.borrowed).toBe(90)
    expect(refined.document.calibration.evaluations).toBeGreaterThan(0)
  })

  it('keeps a measured plan when later runs come without evaluations', async () => {
    const plan = await calibrate(small)
    const refined = await refine(plan, { recorded: [await record(78)], evaluations: 0 })
    expect(refined.document.plans).toEqual(plan.document.plans)
  })

  it('plans more budgets beside those of a plan to start from, which are kept', async () => {
    const plan = await calibrate(small)
    let checkpoint: Checkpoint | undefined
    const onCheckpoint = (position: Checkpoint) => {
      checkpoint = position
    }
    const more = await calibrate({ ...small, start: plan, budgets: [10], onCheckpoint })
    const grown = ({ path }: { path: readonly number[] }) =>
      plan.entry(8)!.nodes.every((k) => path.includes(k))
    expect(checkpoint!.trials[0]).toSatisfy(grown)
    const [first, ten, last] = [5, 10, 12].map((nfe) => more.document.plans.find((p) => p.budget === nfe)!)
    expect(more.budgets).toEqual([5, 8, 10, 12])
    expect([first, last]).toEqual([plan.entry(5), plan.entry(12)])
    expect(ten!.quality.basis).toBe('leave-one-out')
    const spent = plan.document.calibration.evaluations
    expect(more.document.calibration.evaluations).toBeGreaterThan(spent)
    expect(() => parsePlan(more.document)).not.toThrow()
  })

  it('refuses to start from a plan of another grid, target or depth', async () => {
    const start = await calibrate(small)
    const refused = (options: Partial<CalibrateOptions>) =>
      expect(calibrate({ ...small, start, ...options })).rejects
    await refused({ schedule: linearSchedule(20) }).toMatchObject({ code: 'policy-mismatch' })
    await refused({ target: 'exact' }).toThrow('target: the plan was made for baseline, this run has exact')
    await refused({ depth: 3 }).toThrow('depth: 3 is not the 4 of the plan to start from')
  })

  it('beats the baseline against the exact solution for target exact', async () => {
    const plan = await calibrate({ ...small, target: 'exact', evaluations: 40 * 30, budgets: [15] })
    const [baseline] = plan.document.floor.exact
    expect(plan.document.floor.fewerSteps).toEqual([])
    expect(plan.entry(15)!.quality.mean).toBeGreaterThan(baseline!)
  })

  it('reports progress that only grows and ends done', async () => {
    const events: { stage: string; evaluations: number; limit: number }[] = []
    await calibrate({ ...small, onProgress: (event) => events.push(event) })
    expect(events.every(({ evaluations }, k) => k === 0 || evaluations >= events[k - 1]!.evaluations)).toBe(
      true,
    )
    expect(new Set(events.map(({ stage }) => stage))).toEqual(
      new Set(['record', 'floor', 'search', 'improve', 'done']),
    )
    expect(events.at(-1)).toMatchObject({ stage: 'done', limit: 600 })
  })
})

it.each([
  [12, false],
  [16, true],
])('with %i runs the safest schedule is tried at every budget: %s', async (runs, tried) => {
  let checkpoint: Checkpoint | undefined
  await calibrate({
    ...small,
    runs,
    evaluations: 100 * runs,
    onCheckpoint: (position) => {
      checkpoint = position
    },
  })
  const lowest = checkpoint!.trials.filter(({ response }) => response === -3)
  const budgets = new Set(lowest.map(({ path }) => path.length - 1))
  expect(small.budgets!.every((nfe) => budgets.has(nfe))).toBe(tried)
})

describe('interruption', () => {
  it('stops at the next evaluation and goes on from the checkpoint with nothing walked twice', async () => {
    const signal = { aborted: false }
    let checkpoint: Checkpoint | undefined
    const cancelled = calibrate({
      ...small,
      signal,
      onCheckpoint: (position) => {
        checkpoint = JSON.parse(JSON.stringify(position))
      },
      onProgress: ({ evaluations }) => {
        signal.aborted = evaluations >= 400
      },
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
    const counted = countingVelocity(flow)
    const spent = checkpoint!.spent
    expect(spent).toBeLessThanOrEqual(400)
    const plan = await calibrate({ ...small, velocity: counted.velocity, checkpoint: checkpoint! })
    expect(plan.document.calibration.evaluations).toBe(spent + counted.nfe)
    expect(plan.document.calibration.evaluations).toBeLessThanOrEqual(600)
  })

  it('takes the finished search from a checkpoint without the network', async () => {
    let checkpoint: Checkpoint | undefined
    const plan = await calibrate({
      ...small,
      onCheckpoint: (position) => {
        checkpoint = position
      },
    })
    const counted = countingVelocity(flow)
    const again = await calibrate({
      ...small,
      velocity: counted.velocity,
      checkpoint: checkpoint!,
      evaluations: checkpoint!.spent,
    })
    counted.expectNfe(0)
    expect(again.document.plans.map(({ quality }) => quality.basis)).toEqual(
      plan.document.plans.map(({ quality }) => quality.basis),
    )
  })

  it('refuses a checkpoint of other options, by name', async () => {
    let checkpoint: Checkpoint | undefined
    await calibrate({
      ...small,
      onCheckpoint: (position) => {
        checkpoint = position
      },
    })
    const resumed = calibrate({ ...small, depth: 3, checkpoint: checkpoint! })
    await expect(resumed).rejects.toThrow('checkpoint.depth')
  })
})

describe('bad input', () => {
  it.each([
    [{ budgets: [] }, 'budgets'],
    [{ budgets: [0] }, 'budgets'],
    [{ budgets: [30] }, 'budgets'],
    [{ evaluations: 29 }, 'evaluations'],
    [{ evaluations: 2.5 }, 'evaluations'],
    [{ runs: 30 }, 'evaluations'],
    [{ runs: 3, seeds: [1] }, 'seeds'],
    [{ depth: 1 }, 'depth'],
    [{ range: 0 }, 'range'],
    [{ ridge: -1 }, 'ridge'],
    [{ target: 'best' as never }, 'target'],
  ])('%j is refused naming %s', async (wrong, field) => {
    const failing = calibrate({ ...small, ...wrong })
    await expect(failing).rejects.toMatchObject({ code: 'invalid-argument', field })
    await expect(failing).rejects.toSatisfy(FastFlowError.isInstance)
  })

  it('a missing velocity or noise is named', async () => {
    await expect(calibrate({ schedule, noise })).rejects.toMatchObject({ field: 'velocity' })
    await expect(calibrate({ schedule, velocity: flow })).rejects.toMatchObject({ field: 'noise' })
  })

  it('a NaN velocity stops the calibration with step and sigma', async () => {
    const failing = calibrate({ ...small, velocity: nanVelocity<Float32Array>(4) })
    await expect(failing).rejects.toMatchObject({
      code: 'non-finite-velocity',
      message: expect.stringMatching(/float16.*mixed precision/),
    })
    await expect(failing).rejects.toThrow('step 4')
  })
})

describe('validatePlan', () => {
  it('adds held-out runs without changing the plans', async () => {
    const plan = await calibrate(small)
    const counted = countingVelocity(flow)
    const checked = await validatePlan(plan, { velocity: counted.velocity, noise, seeds: [500, 501, 502] })
    const walks = plan.document.plans.reduce((sum, { nfe }) => sum + nfe, 0)
    counted.expectNfe(3 * (30 + walks))
    expect(checked.document.calibration.evaluations).toBe(plan.document.calibration.evaluations + counted.nfe)
    for (const [k, entry] of checked.document.plans.entries()) {
      const before = plan.document.plans[k]!
      expect(entry.weights).toEqual(before.weights)
      expect(entry.quality).toMatchObject({ basis: 'held-out', runs: 3 })
    }
  })
})
