import {
  createRecorder,
  FastFlowError,
  float32Space,
  linearSchedule,
  sample,
  uniformSkip,
  type VectorSpace,
} from '@fastflow/core'
import { countingVelocity, float64Space, gaussianFlow, nanVelocity } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { recordTrajectory } from '../src/plan/record/record.ts'
import { elements, flow, noise, record, schedule } from './support/plan.ts'

describe('recorded runs', () => {
  it('hold the states of the ordinary run, to the last bit, at T evaluations', async () => {
    const counted = countingVelocity(flow)
    const options = { velocity: counted.velocity, schedule, space: float32Space, noise: noise(3), seed: 3 }
    const run = await recordTrajectory(options)
    counted.expectNfe(30)
    const { x } = await sample({ velocity: flow, schedule, x: noise(3) })
    expect(run.nfe).toBe(30)
    expect(run.states).toHaveLength(31)
    expect(run.states[0]).toEqual(noise(3))
    expect(run.states[30]).toEqual(x)
  })

  it('hold the mean products of all velocities', async () => {
    const velocities: Float32Array[] = []
    await sample({
      velocity: flow,
      schedule,
      x: noise(4),
      onStep: ({ velocity }) => {
        velocities.push(velocity.slice())
      },
    })
    const { gram } = await record(4)
    for (const [a, row] of velocities.entries()) {
      for (const [b, column] of velocities.entries()) {
        const product = row.reduce((sum, value, k) => sum + value * column[k]!, 0) / elements
        expect(gram[a * 30 + b]).toBeCloseTo(product, 10)
      }
    }
  })

  it('cost a listener nothing: the user gets the same result and no extra evaluation is made', async () => {
    const counted = countingVelocity(flow)
    const recorder = createRecorder({ velocity: counted.velocity, schedule, space: float32Space, seed: 5 })
    const { x, stats } = await sample({ velocity: recorder.velocity, schedule, x: noise(5) })
    const run = await recorder.finish()
    counted.expectNfe(30)
    expect(stats.nfe).toBe(30)
    expect(run).toEqual(await record(5))
    expect(run.states[30]).toEqual(x)
  })

  it('take their inner products while the next evaluation is under way', async () => {
    const order: string[] = []
    const space: VectorSpace<Float32Array> = {
      ...float32Space,
      dot: (a, b) => {
        order.push('dot')
        return float32Space.dot(a, b)
      },
    }
    const recorder = createRecorder<Float32Array>({
      velocity: async (x, sigma, call) => {
        order.push(`start ${call.index}`)
        await new Promise<void>((resolve) => queueMicrotask(resolve))
        const v = await flow(x, sigma, call)
        order.push(`end ${call.index}`)
        return v
      },
      schedule: linearSchedule(3),
      space,
      seed: 1,
    })
    await sample({ velocity: recorder.velocity, schedule: linearSchedule(3), x: noise(1) })
    expect(order).toEqual([
      ...['start 0', 'end 0', 'start 1', 'dot', 'end 1'],
      ...['start 2', 'dot', 'dot', 'end 2'],
    ])
  })

  it('refuse runs that skip or stop early, and name a NaN by step and sigma', async () => {
    const recorder = createRecorder({ velocity: flow, schedule, space: float32Space, seed: 1 })
    const skipping = sample({ velocity: recorder.velocity, schedule, x: noise(1), policy: uniformSkip(10) })
    await expect(skipping).rejects.toThrow('record a run that evaluates every step')
    await expect(recorder.finish()).rejects.toThrow('1 of 30 steps')
    const nan = { schedule, space: float32Space, noise: noise(1), seed: 1 }
    const failing = recordTrajectory({ ...nan, velocity: nanVelocity<Float32Array>(7) })
    await expect(failing).rejects.toThrow(/step 7 \(sigma 0\.7666/)
    await expect(failing).rejects.toSatisfy(FastFlowError.isInstance)
  })

  it('follow the exact solution for target exact, at refinement times T evaluations', async () => {
    const gaussian = gaussianFlow({ mean: [0.5, -0.3], std: 0.4 })
    const counted = countingVelocity<Float64Array>(gaussian.velocity)
    const x = Float64Array.from(noise(6))
    const options = { velocity: counted.velocity, schedule, space: float64Space, noise: x, seed: 6 }
    const run = await recordTrajectory({ ...options, target: 'exact' })
    counted.expectNfe(150)
    for (const [k, state] of run.states.entries()) {
      const exact = gaussian.solution(x, schedule.sigmas[k]!)
      expect(float64Space.meanSquaredDifference(state, exact)).toBeLessThan(1e-8)
    }
  })
})
