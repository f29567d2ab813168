import {
  adamsBashforth,
  emulate,
  float32Space,
  fullPolicy,
  heun,
  linearSchedule,
  type SampleOptions,
  type SkipPolicy,
  type StepEvent,
  sample,
  uniformSkip,
  type VectorSpace,
  type Velocity,
} from '@fastflow/core'
import { countingVelocity, float64Space, nanVelocity } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { auditedSpace } from './support/audited-space.ts'
import { gaussian, mixture, noise } from './support/runs.ts'

const schedule = linearSchedule(10)
const base = { velocity: mixture.velocity, schedule, x: noise(1) } satisfies SampleOptions<
  Float32Array,
  undefined
>

describe('inputs', () => {
  it('does not change x', async () => {
    const x = noise(4)
    const before = x.slice()
    await sample({ ...base, x })
    expect(x).toEqual(before)
  })

  it('gives the same bits whether the velocity fills call.out, returns vectors of its own or reuses one', async () => {
    const own = new Float32Array(2)
    const options = { ...base, policy: uniformSkip(4) }
    const filled = await sample(options)
    const fresh = await sample({
      ...options,
      velocity: (x, sigma) => mixture.velocity(x, sigma, { out: new Float32Array(2) }),
    })
    const reused = await sample({
      ...options,
      velocity: async (x, sigma) => mixture.velocity(x, sigma, { out: own }),
    })
    expect(fresh.x).toEqual(filled.x)
    expect(reused.x).toEqual(filled.x)
  })

  it('takes the state itself for a velocity', async () => {
    const { x } = await sample({ ...base, velocity: (state) => state })
    for (let k = 0; k < 2; k++) expect(x[k]!).toBeCloseTo(base.x[k]! * 0.9 ** 10, 6)
  })

  it('tells the velocity where it is and that it may be cancelled', async () => {
    const signal = { aborted: false }
    const calls: unknown[] = []
    await sample({
      ...base,
      signal,
      policy: uniformSkip(2),
      velocity: (x, sigma, call) => {
        calls.push({ sigma, index: call.index, branch: call.branch, signal: call.signal })
        return mixture.velocity(x, sigma, call)
      },
    })
    expect(calls).toEqual([
      { sigma: 1, index: 0, branch: 'both', signal },
      { sigma: 0.5, index: 5, branch: 'both', signal },
    ])
  })

  it('wants a space for anything but Float32Array', async () => {
    const x = Float64Array.from(base.x)
    const refused = sample({ velocity: gaussian.velocity, schedule, x })
    await expect(refused).rejects.toMatchObject({ code: 'invalid-argument', field: 'space' })
    expect(
      (await sample({ velocity: gaussian.velocity, schedule, x, space: float64Space })).x,
    ).toBeInstanceOf(Float64Array)
  })

  it.each([{ policy: fullPolicy() }, { extrapolator: emulate(2) }])(
    'refuses a solver beside %o',
    async (other) => {
      const refused = sample({ ...base, solver: adamsBashforth(2), ...other })
      await expect(refused).rejects.toMatchObject({ code: 'invalid-argument', field: 'solver' })
    },
  )

  it.each([1, 3])('refuses a velocity of %i values for a state of 2', async (length) => {
    const refused = sample({ ...base, velocity: () => new Float32Array(length) })
    await expect(refused).rejects.toThrow(`vector: has ${length} values, the state 2`)
  })
})

describe('decisions', () => {
  const deciding = (
    landing: number,
    weights?: readonly number[],
    stateWeight?: number,
  ): SkipPolicy<undefined> => ({
    ...fullPolicy(),
    name: 'bad',
    depth: 3,
    decide: (state, { index }) => [
      index < 2
        ? { landing: index + 1 }
        : { landing, ...(weights && { weights }), ...(stateWeight !== undefined && { stateWeight }) },
      state,
    ],
  })

  it.each([2, 1, 11, 2.5, NaN, Infinity])('to land on %d are refused at step 2 of 10', async (landing) => {
    const refused = sample({ ...base, policy: deciding(landing) })
    await expect(refused).rejects.toThrow(`policy: bad decided to go from step 2 to ${landing} of 10`)
  })

  it.each([[[]], [[1, 2, 3, 4]], [[NaN]], [[1, Infinity]]])(
    'with weights %j are refused',
    async (weights) => {
      const refused = sample({ ...base, policy: deciding(3, weights) })
      await expect(refused).rejects.toThrow('at step 2; 1 to 3 numbers are possible')
    },
  )

  it('that weigh the state by no number are refused', async () => {
    const refused = sample({ ...base, policy: deciding(3, [1], Number.NaN) })
    await expect(refused).rejects.toThrow("policy: bad gave the state's weight NaN at step 2")
  })
})

describe('a velocity that is not finite', () => {
  it.each([0, 4, 9])('ends the run at step %i, keeping state and trace', async (at) => {
    const counting = countingVelocity(nanVelocity<Float32Array>(at))
    const result = await sample({ ...base, velocity: counting.velocity, trace: true })
    expect(result.status).toMatchObject({ kind: 'non-finite', step: at, sigma: schedule.sigmas[at] })
    expect(result.status).toMatchObject({ remedy: expect.stringMatching(/float16.*mixed precision/) })
    expect(result.status).toHaveProperty(
      'remedy',
      expect.stringContaining(`step ${at} (sigma ${schedule.sigmas[at]})`),
    )
    counting.expectNfe(at + 1)
    expect(result.stats).toMatchObject({ nfe: at + 1, decisions: 'C'.repeat(at + 1) })
    expect(result.trace.map(({ index }) => index)).toEqual(Array.from({ length: at }, (_, k) => k))
    for (let k = 0; k < 2; k++) expect(result.x[k]!).toBeCloseTo(base.x[k]! * 1.1 ** at, 5)
  })

  it.each([Infinity, -Infinity])('is reported for %d too, in a skipping run', async (value) => {
    const policy = uniformSkip(3)
    const velocity: Velocity<Float32Array> = (x, sigma, call) =>
      sigma < 0.5 ? call.out.fill(value) : mixture.velocity(x, sigma, call)
    const { status, stats } = await sample({ ...base, policy, velocity })
    expect(status).toMatchObject({ kind: 'non-finite', step: 7 })
    expect(stats.decisions).toBe('CSSCSSSC')
  })

  it('is not passed on as a result when only the state overflows or began so', async () => {
    const overflow = await sample({
      ...base,
      velocity: (_, __, { out }) => out.fill(-3.4e38),
      x: new Float32Array([3.4e38, 0]),
    })
    expect(overflow.status).toMatchObject({ kind: 'non-finite', step: 10, sigma: 0 })
    const broken = await sample({
      ...base,
      velocity: (_, __, { out }) => out.fill(0),
      x: new Float32Array([NaN, 0]),
    })
    expect(broken.status).toHaveProperty('remedy', expect.stringContaining('the state'))
  })
})

describe('stopping', () => {
  it('does nothing when aborted before the start', async () => {
    const counting = countingVelocity<Float32Array>(mixture.velocity)
    const result = await sample({ ...base, velocity: counting.velocity, signal: AbortSignal.abort() })
    expect(result.status).toMatchObject({ kind: 'aborted', step: 0 })
    expect(result.x).toEqual(base.x)
    expect(result.stats).toMatchObject({ nfe: 0, decisions: '' })
    counting.expectNfe(0)
  })

  it('stops where it stands when aborted in the middle of an evaluation, whatever that returns', async () => {
    const controller = new AbortController()
    const counting = countingVelocity<Float32Array>((x, sigma, call) => {
      if (call.index !== 3) return mixture.velocity(x, sigma, call)
      controller.abort()
      return call.out.fill(Number.NaN)
    })
    const { signal } = controller
    const steps: number[] = []
    const onStep = ({ index }: { index: number }): void => void steps.push(index)
    const result = await sample({ ...base, velocity: counting.velocity, signal, onStep })
    expect(result.status).toMatchObject({ kind: 'aborted', step: 3 })
    counting.expectNfe(4)
    expect(result.stats.decisions).toBe('CCCC')
    expect(steps).toEqual([1, 2, 3])
  })

  it('takes no half step of a solver that is aborted between its evaluations', async () => {
    const controller = new AbortController()
    const counting = countingVelocity<Float32Array>((x, sigma, call) => {
      // Heun evaluates steps 1 to 9 twice, at both ends.
      if (counting.calls.length === 6) controller.abort()
      return mixture.velocity(x, sigma, call)
    })
    const { signal } = controller
    const result = await sample({ ...base, velocity: counting.velocity, solver: heun(), signal })
    expect(result.status).toMatchObject({ kind: 'aborted', step: 2 })
  })

  it('stops when onStep returns false, and only then', async () => {
    for (const value of [undefined, true, 0, null]) {
      expect((await sample({ ...base, onStep: () => value })).status.kind).toBe('completed')
    }
    const stopped = await sample({ ...base, policy: uniformSkip(5), onStep: async ({ index }) => index < 6 })
    expect(stopped.status).toMatchObject({ kind: 'stopped', step: 6 })
    expect(stopped.stats).toMatchObject({ nfe: 3, decisions: 'CSCSCS' })
    expect((await sample({ ...base, onStep: ({ index }) => index < 10 })).status.kind).toBe('completed')
  })

  it('tells the policy whether the run counts', async () => {
    const outcomes: unknown[] = []
    const policy: SkipPolicy<undefined> = {
      ...fullPolicy(),
      finish: (_, outcome) => {
        outcomes.push(outcome)
      },
    }
    await sample({ ...base, policy })
    await sample({ ...base, policy, onStep: () => false })
    await sample({ ...base, policy, velocity: nanVelocity<Float32Array>(2) })
    expect(outcomes).toEqual([
      { completed: true, nfe: 10 },
      { completed: false, nfe: 1 },
      { completed: false, nfe: 3 },
    ])
  })
})

describe('reports', () => {
  it('sends one event a jump, with the state to preview from', async () => {
    const events: Omit<StepEvent<Float32Array>, 'x' | 'velocity'>[] = []
    const previews: number[] = []
    const result = await sample({
      ...base,
      velocity: gaussian.velocity,
      policy: uniformSkip(3),
      onStep: ({ x, velocity, ...event }) => {
        events.push(event)
        previews.push(x[0]! - event.sigma * velocity[0]!)
      },
    })
    expect(events).toEqual([
      { index: 3, numSteps: 10, skipped: 2, decisions: 'CSS', nfe: 1, sigma: schedule.sigmas[3] },
      { index: 7, numSteps: 10, skipped: 3, decisions: 'CSSS', nfe: 2, sigma: schedule.sigmas[7] },
      { index: 10, numSteps: 10, skipped: 2, decisions: 'CSS', nfe: 3, sigma: 0 },
    ])
    expect(previews.at(-1)).toBe(result.x[0])
  })

  it('measures only what the policy needs and keeps a trace only on demand', async () => {
    const measured = { ...uniformSkip(4), needs: ['mismatch', 'relativeChange'] as const }
    const { trace, stats } = await sample({ ...base, policy: measured, trace: true })
    expect(trace.map(({ index }) => index)).toEqual([0, 3, 5, 8])
    expect(trace[0]).toMatchObject({
      mismatch: undefined,
      relativeChange: undefined,
      decision: { landing: 3 },
    })
    expect(trace.slice(1).map(({ mismatch }) => mismatch)).toEqual(stats.mismatches)
    expect(stats.mismatches.every((mismatch) => mismatch > 0)).toBe(true)
    const bare = await sample({ ...base, policy: uniformSkip(4) })
    expect(bare.trace).toEqual([])
    expect(bare.stats).toMatchObject({ mismatches: [], estimatedMse: undefined })
    expect(bare.x).toEqual((await sample({ ...base, policy: measured })).x)
  })

  it('splits the time between the velocity and the rest', async () => {
    let now = 0
    const { stats } = await sample({
      ...base,
      clock: () => now,
      velocity: (x, sigma, call) => {
        now += 7
        return mixture.velocity(x, sigma, call)
      },
      onStep: () => {
        now += 2
      },
    })
    expect(stats).toMatchObject({ velocityMs: 70, overheadMs: 20 })
    expect((await sample(base)).stats).toMatchObject({ velocityMs: 0, overheadMs: 0 })
  })
})

describe('memory', () => {
  const failing: Velocity<Float32Array> = () => {
    throw new Error('no network')
  }

  it('returns one vector and gives every other one back, however the run ends', async () => {
    const policy = { ...uniformSkip(4), needs: ['mismatch'] as const }
    const endings: SampleOptions<Float32Array, undefined>[] = [
      base,
      { ...base, onStep: () => false },
      { ...base, velocity: nanVelocity<Float32Array>(3) },
    ]
    for (const options of endings) {
      const { space, live } = auditedSpace()
      const { x } = await sample({ ...options, policy, space })
      expect([...live]).toEqual([x])
    }
  })

  it('gives all back when something throws, and passes the error through', async () => {
    const refusing: SkipPolicy<undefined> = {
      ...fullPolicy(),
      init: () => {
        throw new Error('not for me')
      },
    }
    const { space, live } = auditedSpace()
    await expect(sample({ ...base, space, velocity: failing })).rejects.toThrow('no network')
    await expect(sample({ ...base, space, policy: refusing })).rejects.toThrow('not for me')
    expect(live.size).toBe(0)
  })

  it('allocates as many vectors for 200 steps as for 10', async () => {
    const counts = []
    for (const numSteps of [10, 200]) {
      let allocated = 0
      const space: VectorSpace<Float32Array> = {
        ...float32Space,
        allocate: (like) => {
          allocated++
          return new Float32Array(like.length)
        },
      }
      await sample({ ...base, space, schedule: linearSchedule(numSteps), solver: adamsBashforth(3) })
      counts.push(allocated)
    }
    expect(counts).toEqual([4, 4])
  })
})
