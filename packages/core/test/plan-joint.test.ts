import {
  type CalibrateOptions,
  type Checkpoint,
  calibrate,
  createRecorder,
  FastFlowError,
  type Frontier,
  float32Space,
  linearSchedule,
  parsePlan,
  passesOf,
  refine,
  sample,
  transferPlan,
  validatePlan,
} from '@fastflow/core'
import { countingVelocity } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { auditedSpace } from './support/audited-space.ts'
import { flow, guided, noise, schedule, small } from './support/plan.ts'

const joint: CalibrateOptions = { ...small, velocity: guided().velocity, guided: true, passes: [9, 13, 19] }
const planned = await calibrate(joint)

/** Mean PSNR of plans on seeds they were not made from. */
async function held(plan: Frontier, budget: Parameters<Frontier['at']>[0]): Promise<number> {
  let sum = 0
  for (let seed = 0; seed < 12; seed++) {
    const { velocity } = guided()
    const { x } = await sample({ velocity, schedule, x: noise(seed), policy: plan.at(budget) })
    const full = await sample({ velocity, schedule, x: noise(seed) })
    sum += -10 * Math.log10(float32Space.meanSquaredDifference(x, full.x) as number)
  }
  return sum / 12
}

describe('joint plans', () => {
  it('cost exactly the passes they say, at most those asked for, and are estimated by their own runs', async () => {
    expect(planned.passes).toEqual([9, 13, 19])
    for (const passes of planned.passes) {
      const flow = guided()
      const counted = countingVelocity(flow.velocity)
      const entry = planned.entry({ passes })!
      const run = { schedule, x: noise(1), policy: planned.at({ passes }), passesPerEvaluation: 2 }
      const { stats } = await sample({ ...run, velocity: counted.velocity })
      expect(flow.passes).toBe(stats.passes)
      expect(stats.passes).toBe(passesOf(entry))
      expect(stats.passes).toBeLessThanOrEqual(passes)
      counted.expectNfe(entry.nfe)
      expect(stats.decisions).toBe(planned.decisions({ passes }))
      expect(entry.quality.basis).toBe('leave-one-out')
    }
    for (const { nodes, guidance, budget } of planned.document.joint!) {
      expect(nodes.length + guidance!.nodes.length).toBe(budget)
      expect(guidance!.nodes.length).toBeLessThan(nodes.length)
    }
  })

  it('are made where passes are asked for: else no guidance term is read', async () => {
    const { document } = await calibrate({ ...small, velocity: flow, guided: true })
    expect(document.version).toBe(4)
    expect(document.joint).toBeUndefined()
  })

  it('count every evaluation once and stay within the limit', async () => {
    for (const evaluations of [61, 200, 600]) {
      const counted = countingVelocity(guided().velocity)
      const plan = await calibrate({ ...joint, velocity: counted.velocity, evaluations })
      expect(counted.nfe).toBe(plan.document.calibration.evaluations)
      expect(counted.nfe).toBeLessThanOrEqual(evaluations)
      expect(plan.document.joint).toHaveLength(3)
    }
  })

  it('are kept by a calibration for more evaluations that starts from them', async () => {
    const { velocity } = guided()
    const more = await calibrate({ ...small, velocity, start: planned, budgets: [10] })
    expect(more.document.version).toBe(4)
    expect(more.passes).toEqual(planned.passes)
    expect(more.document.joint).toEqual(planned.document.joint)
  })

  it('serve pass budgets by the best plan within them, the full run from 2T on', () => {
    const { passes } = { passes: 19 }
    const within = [...planned.document.plans, ...planned.document.joint!].filter(
      (p) => passesOf(p) <= passes,
    )
    const best = Math.max(...within.map(({ quality }) => quality.mean + quality.p10))
    const { quality } = planned.entry({ passes })!
    expect(quality.mean + quality.p10).toBe(best)
    expect(planned.at({ passes: 60 }).name).toBe('full')
    expect(() => planned.at({ passes: 8 })).toThrow('below the 9')
    expect(planned.mask(8)).toEqual([...planned.decisions(8)].map((letter) => (letter === 'S' ? 0 : 1)))
    expect(planned.decisions({ passes: 9 })).toMatch(/^C.*G/)
  })

  it('come closer with more passes', async () => {
    expect(await held(planned, { passes: 19 })).toBeGreaterThan(await held(planned, { passes: 9 }))
  })

  it('give back every vector', async () => {
    const { space, live } = auditedSpace()
    await calibrate({ ...joint, space })
    expect(live.size).toBe(0)
  })

  it('come from one ordinary guided generation at no evaluation, and are refined by later ones', async () => {
    const recordOne = async (seed: number) => {
      const { velocity } = guided()
      const recorder = createRecorder({ velocity, schedule, space: float32Space, seed, guided: true })
      await sample({ velocity: recorder.velocity, schedule, x: noise(seed) })
      return recorder.finish()
    }
    const { velocity: _, ...rest } = joint
    const plan = await calibrate({ ...rest, recorded: [await recordOne(77)], evaluations: 0 })
    expect(plan.document.calibration).toMatchObject({ evaluations: 0, borrowed: 30 })
    expect(plan.entry({ passes: 13 })!.quality.basis).toBe('rehearsed')
    const recorded = [await recordOne(78), await recordOne(79)]
    const refined = await refine(plan, { velocity: guided().velocity, recorded, evaluations: 300 })
    expect(refined.document.joint![1]!.quality.basis).toBe('leave-one-out')
    expect(refined.passes).toEqual([9, 13, 19])
    expect(refined.document.calibration.borrowed).toBe(90)
  })

  it('go on from a checkpoint, and not from one of whole velocities', async () => {
    const signal = { aborted: false }
    let checkpoint: Checkpoint | undefined
    const cancelled = calibrate({
      ...joint,
      signal,
      onCheckpoint: (position) => {
        checkpoint = JSON.parse(JSON.stringify(position))
      },
      onProgress: ({ stage }) => {
        signal.aborted = stage === 'joint'
      },
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'aborted' })
    const { spent } = checkpoint!
    const counted = countingVelocity(guided().velocity)
    const plan = await calibrate({ ...joint, velocity: counted.velocity, checkpoint: checkpoint! })
    expect(plan.document.calibration.evaluations).toBe(spent + counted.nfe)
    const whole = calibrate({ ...small, checkpoint: checkpoint! })
    await expect(whole).rejects.toMatchObject({ field: 'checkpoint.parts' })
  })

  it('refuse options that do not fit', async () => {
    await expect(calibrate({ ...small, passes: [9] })).rejects.toMatchObject({ field: 'passes' })
    await expect(calibrate({ ...joint, passes: [60] })).rejects.toMatchObject({ field: 'passes' })
    await expect(calibrate({ ...joint, velocity: flow })).rejects.toMatchObject({ field: 'guided' })
  })
})

describe('documents of joint plans', () => {
  it('come back from JSON as the same policy', async () => {
    const plan = parsePlan(JSON.stringify(planned))
    expect(plan.document).toEqual(planned.document)
    expect(plan.document.version).toBe(4)
    const run = (from: Frontier) =>
      sample({ velocity: guided().velocity, schedule, x: noise(9), policy: from.at({ passes: 13 }) })
    expect((await run(plan)).x).toEqual((await run(planned)).x)
  })

  it.each([
    ['joint', 3, 'joint'],
    ['joint.0.guidance', 3, 'joint[0].guidance'],
    ['joint.0.guidance.nodes', [1], 'joint[0].guidance.nodes'],
    ['joint.0.guidance.nodes.1', 29, 'joint[0].guidance.nodes'],
    ['joint.0.guidance.weights', [], 'joint[0].guidance.weights'],
    ['joint.0.guidance.weights.0', [1, 2], 'joint[0].guidance.weights[0]'],
    ['joint.1.guidance.weights.1.0', null, 'joint[1].guidance.weights[1]'],
  ])('that are damaged at %s are refused naming the field', (path, value, field) => {
    const copy = JSON.parse(JSON.stringify(planned))
    const keys = path.split('.')
    const last = keys.pop()!
    keys.reduce((at, key) => at[key], copy)[last] = value
    try {
      parsePlan(copy)
      expect.unreachable('was read')
    } catch (error) {
      expect(FastFlowError.isInstance(error)).toBe(true)
      expect(error).toMatchObject({ code: 'policy-unreadable', field })
    }
  })

  it('move to another grid with their decisions', async () => {
    const other = linearSchedule(60)
    const moved = transferPlan(planned, other)
    const entry = moved.document.joint![1]!
    expect(entry.guidance!.nodes).toEqual(planned.document.joint![1]!.guidance!.nodes.map((node) => 2 * node))
    expect(entry.quality.basis).toBe('none')
    const { velocity } = guided()
    const run = { velocity, schedule: other, x: noise(4), passesPerEvaluation: 2 }
    const { stats, x } = await sample({ ...run, policy: moved.at({ passes: 19 }) })
    const full = await sample(run)
    expect(stats.passes).toBeLessThanOrEqual(19)
    expect(float32Space.meanSquaredDifference(x, full.x)).toBeLessThan(0.1)
  })

  it('gain held-out runs by validation', async () => {
    const { velocity } = guided()
    const validated = await validatePlan(planned, { velocity, noise, seeds: [1, 2, 3] })
    for (const [k, entry] of validated.document.joint!.entries()) {
      expect(entry.scores).toHaveLength(planned.document.joint![k]!.scores.length + 3)
    }
  })
})
