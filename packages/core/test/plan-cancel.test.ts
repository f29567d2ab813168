import {
  type CalibrateOptions,
  type CalibrationProgress,
  calibrate,
  linearSchedule,
  recordTrajectory,
  refine,
  validatePlan,
} from '@fastflow/core'
import { countingVelocity } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { createPace } from '../src/pace.ts'
import { float32Space } from '../src/space/float32.ts'
import { flow, guided, noise, record, small } from './support/plan.ts'

/** A signal that a task of the event loop aborts, as a timer or a signal of the process would. */
function abortedByTask(): AbortSignal {
  const controller = new AbortController()
  setImmediate(() => controller.abort(new DOMException('too long', 'TimeoutError')))
  return controller.signal
}

const grid = linearSchedule(60)

describe('planning that is cancelled', () => {
  const budgets = [6, 8, 10, 12, 15, 19, 25]

  it('sees a task that aborts while it computes, before the first budget is planned', async () => {
    const recorded = [await record(1, grid)]
    const stages: CalibrationProgress['stage'][] = []
    const options = { schedule: grid, recorded, budgets, evaluations: 0 } as const
    const planning = calibrate({
      ...options,
      signal: abortedByTask(),
      onProgress: ({ stage }) => stages.push(stage),
    })
    await expect(planning).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
    await expect(planning).rejects.toMatchObject({ cause: { name: 'TimeoutError' } })
    // The first report states the cost, before anything is spent.
    expect(stages).toEqual(['record'])
  })

  it.each(['search', 'improve', 'joint'] as const)('stops within the stage %s', async (wanted) => {
    const { velocity } = guided()
    const controller = new AbortController()
    const stages: CalibrationProgress['stage'][] = []
    const options: CalibrateOptions = { ...small, velocity, guided: true, passes: [9, 13] }
    const planning = calibrate({
      ...options,
      signal: controller.signal,
      onProgress: ({ stage }) => {
        stages.push(stage)
        if (stage === wanted) controller.abort()
      },
    })
    await expect(planning).rejects.toMatchObject({ code: 'aborted' })
    expect(stages.filter((stage) => stage === wanted)).toHaveLength(1)
    expect(stages.at(-1)).toBe(wanted)
  })

  it('lets tasks through while a velocity that never waits is evaluated', async () => {
    const { velocity, expectNfe } = countingVelocity(flow)
    const planning = calibrate({ ...small, velocity, signal: abortedByTask() })
    await expect(planning).rejects.toMatchObject({ code: 'aborted' })
    expectNfe(0)
  })

  it('looks at its signal while inner products of an exact run are taken', async () => {
    const controller = new AbortController()
    const { velocity, expectNfe } = countingVelocity(flow)
    let afterwards = 0
    const space: typeof float32Space = {
      ...float32Space,
      dot(x, y) {
        controller.abort()
        afterwards++
        return float32Space.dot(x, y)
      },
    }
    const options = { velocity, schedule: grid, space, noise: noise(1), seed: 1 } as const
    const recording = recordTrajectory({ ...options, target: 'exact', signal: controller.signal })
    await expect(recording).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
    expectNfe(5 * 60)
    // One row of the matrix at most, and what tells the number of elements.
    expect(afterwards).toBeLessThan(60)
  })

  it('takes a velocity that left its vector unfinished for cancelled, not for NaN', async () => {
    const controller = new AbortController()
    const velocity: typeof flow = (_x, _sigma, { out }) => {
      controller.abort()
      return out.fill(Number.NaN)
    }
    await expect(calibrate({ ...small, velocity, signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    })
    const { velocity: ofBoth } = guided()
    const unwritten: typeof ofBoth = (x, sigma, call) => {
      controller.abort()
      return ofBoth(x, sigma, { ...call, guidance: undefined })
    }
    const joint = { ...small, velocity: unwritten, guided: true, passes: [9], signal: controller.signal }
    await expect(calibrate(joint)).rejects.toMatchObject({ code: 'aborted' })
  })

  it('does nothing where its signal is aborted before', async () => {
    const signal = AbortSignal.abort()
    const { velocity, expectNfe } = countingVelocity(flow)
    let noises = 0
    const makeNoise = (seed: number): Float32Array => {
      noises++
      return noise(seed)
    }
    const plan = await calibrate(small)
    const source = { velocity, noise: makeNoise, signal } as const
    const aborted = { code: 'aborted', field: 'signal' }
    await expect(calibrate({ ...small, ...source })).rejects.toMatchObject(aborted)
    await expect(refine(plan, { ...source, runs: 2 })).rejects.toMatchObject(aborted)
    await expect(validatePlan(plan, { ...source, runs: 2 })).rejects.toMatchObject(aborted)
    const recording = { velocity, schedule: grid, space: float32Space, noise: noise(1), seed: 1, signal }
    await expect(recordTrajectory(recording)).rejects.toMatchObject(aborted)
    await expect(recordTrajectory({ ...recording, target: 'exact' })).rejects.toMatchObject(aborted)
    expectNfe(0)
    expect(noises).toBe(0)
  })
})

const tasks = ['setImmediate', 'MessageChannel', 'setTimeout'] as const

/** Takes from the host what tasks are queued with, all but `kept`, while `work` is done. */
async function onHostWith(kept: readonly string[], work: () => Promise<void>): Promise<void> {
  const found = tasks.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)!] as const)
  try {
    for (const name of tasks.filter((one) => !kept.includes(one))) Reflect.deleteProperty(globalThis, name)
    await work()
  } finally {
    for (const [name, descriptor] of found) Object.defineProperty(globalThis, name, descriptor)
  }
}

describe('createPace', () => {
  it('gives the host a turn at the first look, and again once it has computed for a while', async () => {
    let time = 1000
    let looks = 0
    const pace = createPace(
      () => looks++,
      () => time,
    )
    expect(pace.due()).toBe(true)
    let turn = false
    setImmediate(() => {
      turn = true
    })
    await pace.rest()
    expect(turn).toBe(true)
    expect(looks).toBe(2)
    expect(pace.due()).toBe(false)
    time += 5
    expect(pace.due()).toBe(false)
    time += 50
    expect(pace.due()).toBe(true)
    await pace.rest()
    // Clocks of machines are set back now and then.
    time -= 3_600_000
    expect(pace.due()).toBe(true)
  })

  it.each(tasks)('has turns of hosts with %s alone', async (kept) => {
    let passed = false
    setTimeout(() => {
      passed = true
    }, 0)
    await onHostWith([kept], async () => {
      const pace = createPace(() => {})
      while (!passed) await pace.rest()
    })
    expect(passed).toBe(true)
  })

  it('goes on where a host has no tasks', async () => {
    let looks = 0
    await onHostWith([], () => createPace(() => looks++).rest())
    expect(looks).toBe(2)
  })
})
