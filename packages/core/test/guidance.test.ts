import {
  createRecorder,
  type Decision,
  float32Space,
  planPolicy,
  type SkipPolicy,
  sample,
  type VectorSpace,
} from '@fastflow/core'
import { countingVelocity } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { recordTrajectory } from '../src/plan/record/record.ts'
import { stateless } from '../src/policy/policy.ts'
import { elements, flow, guided, noise, schedule } from './support/plan.ts'

const { sigmas } = schedule

/** A policy that evaluates every step and says what `decision` adds. */
function everyStep(decision: (index: number) => Partial<Decision>, guidanceDepth = 2): SkipPolicy<undefined> {
  return {
    ...stateless,
    name: 'test',
    needs: [],
    guidanceDepth,
    decide: (state, { index }) => [{ landing: index + 1, ...decision(index) }, state],
  }
}

/** Both parts of the velocity at a state, by themselves. */
async function partsAt(x: Float32Array, index: number): Promise<{ c: Float32Array; g: Float32Array }> {
  const slot = { out: new Float32Array(elements), written: false }
  const call = { index, signal: undefined, branch: 'both' } as const
  const v = await guided().velocity(x, sigmas[index]!, {
    ...call,
    guidance: slot,
    out: new Float32Array(elements),
  })
  return { c: v.map((value, k) => value - slot.out[k]!), g: slot.out }
}

describe('runs of guided velocities', () => {
  it('count one pass and write G where the conditional pass is enough', async () => {
    const flow = guided()
    const counted = countingVelocity(flow.velocity)
    const policy = everyStep((index) => ({ branch: (index + 1) % 3 === 0 ? 'both' : 'conditional' }))
    const run = { velocity: counted.velocity, schedule, x: noise(1), policy, passesPerEvaluation: 2 }
    const { stats } = await sample(run)
    expect(stats).toMatchObject({ nfe: 30, passes: 40, decisions: 'CGG'.repeat(10) })
    expect(flow.passes).toBe(40)
    expect(counted.calls.map(({ branch }) => branch).slice(0, 4)).toEqual([
      ...['both', 'conditional', 'conditional', 'both'],
    ])
  })

  it('count as many passes as there are at each noise level', async () => {
    const passesPerEvaluation = (sigma: number) => (sigma > 0.5 ? 1 : 2)
    const { stats } = await sample({
      velocity: guided().velocity,
      schedule,
      x: noise(1),
      passesPerEvaluation,
    })
    const above = sigmas.slice(0, -1).filter((sigma) => sigma > 0.5).length
    expect(above).toBeGreaterThan(0)
    expect(stats).toMatchObject({ nfe: 30, passes: 60 - above })
  })

  it('combine stored velocities and guidance terms by their own weights', async () => {
    const weights = [-0.02, 0.01]
    const policy: SkipPolicy<undefined> = {
      ...everyStep(() => ({}), 1),
      decide: (state, { index }) => {
        const jump = { landing: index === 0 ? 1 : 30, weights: weights.slice(0, index + 1) }
        return [{ ...jump, guidanceWeights: [0.03], branch: 'conditional' }, state]
      },
    }
    const { x } = await sample({
      velocity: guided().velocity,
      schedule,
      x: noise(1),
      policy: { ...policy, depth: 2 },
    })
    const first = await partsAt(noise(1), 0)
    const whole = first.c.map((value, k) => value + first.g[k]!)
    const then = noise(1).map((value, k) => value - 0.02 * whole[k]! + 0.03 * first.g[k]!)
    const second = await partsAt(then, 1)
    for (let k = 0; k < elements; k++) {
      const wanted = then[k]! - 0.02 * second.c[k]! + 0.01 * whole[k]! + 0.03 * first.g[k]!
      expect(x[k]).toBeCloseTo(wanted, 5)
    }
  })

  it('refuse velocities without a guidance term, and weights or branches that cannot be', async () => {
    const run = (policy: SkipPolicy<undefined>, velocity = guided().velocity) =>
      sample({ velocity, schedule, x: noise(1), policy })
    await expect(
      run(
        everyStep(() => ({})),
        flow,
      ),
    ).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'velocity',
      message: expect.stringContaining('fills call.guidance'),
    })
    await expect(run(everyStep(() => ({ guidanceWeights: [1, 2] })))).rejects.toThrow('up to 1 numbers')
    await expect(run(everyStep(() => ({ guidanceWeights: [Number.NaN] })))).rejects.toThrow(
      'guidance weights',
    )
    await expect(run(everyStep(() => ({ branch: 'conditional' }), 0))).rejects.toThrow('without asking')
  })

  it('follow a plan for both parts as the plan for whole velocities where the weights agree', async () => {
    const nodes = [0, 3, 7, 12, 20]
    const weights = nodes.map((node, m) => {
      const h = sigmas[nodes[m + 1] ?? 30]! - sigmas[node]!
      return m === 0 ? [h] : [1.3 * h, -0.3 * h]
    })
    const whole = planPolicy(sigmas, { nodes, weights })
    const parts = planPolicy(sigmas, { nodes, weights, guidance: { nodes, weights } })
    const run = (policy: SkipPolicy<undefined>) =>
      sample({ velocity: guided().velocity, schedule, x: noise(2), policy, passesPerEvaluation: 2 })
    const [one, other] = [await run(whole), await run(parts)]
    expect(other.stats).toMatchObject({ nfe: 5, passes: 10, decisions: one.stats.decisions })
    expect(float32Space.meanSquaredDifference(one.x, other.x)).toBeLessThan(1e-12)
  })

  it('use a guidance term that was left out of the weights as the plan says', async () => {
    // Without weights of its own the guidance term drops out: what is left is Euler on the conditional flow.
    const nodes = Array.from({ length: 30 }, (_, k) => k)
    const weights = nodes.map((k) => [sigmas[k + 1]! - sigmas[k]!])
    const none = { nodes: [0], weights: nodes.map(() => [0]) }
    const policy = planPolicy(sigmas, { nodes, weights, guidance: none })
    const { velocity } = guided()
    const { x, stats } = await sample({ velocity, schedule, x: noise(3), policy, passesPerEvaluation: 2 })
    const conditional = await sample({
      velocity: (state, sigma, call) => velocity(state, sigma, { ...call, branch: 'conditional' }),
      schedule,
      x: noise(3),
    })
    expect(stats).toMatchObject({ nfe: 30, passes: 31 })
    expect(float32Space.meanSquaredDifference(x, conditional.x)).toBeLessThan(1e-10)
  })
})

describe('recorded guided runs', () => {
  it('leave the run as it is, to the last bit, and hold the products of both parts', async () => {
    const { velocity } = guided()
    const recorder = createRecorder({ velocity, schedule, space: float32Space, seed: 5, guided: true })
    const { x } = await sample({ velocity: recorder.velocity, schedule, x: noise(5) })
    expect(x).toEqual((await sample({ velocity, schedule, x: noise(5) })).x)
    const run = await recorder.finish()
    expect(run.states[30]).toEqual(x)
    const all = await Promise.all(run.states.slice(0, 30).map((state, k) => partsAt(state, k)))
    const vectors = [...all.map(({ c }) => c), ...all.map(({ g }) => g)]
    for (const [a, one] of vectors.entries()) {
      for (const [b, other] of vectors.entries()) {
        const product = one.reduce((sum, value, k) => sum + value * other[k]!, 0) / elements
        expect(run.gram[a * 60 + b]).toBeCloseTo(product, 4)
      }
    }
    expect(run.firstParts).toEqual({ conditional: all[0]!.c, guidance: all[0]!.g })
  })

  it('keep both parts of the exact solution too, and give back all they do not keep', async () => {
    let held = 0
    const space: VectorSpace<Float32Array> = {
      ...float32Space,
      allocate: (like) => {
        held++
        return float32Space.allocate(like)
      },
      clone: (x) => {
        held++
        return float32Space.clone(x)
      },
      release: () => {
        held--
      },
    }
    const options = { velocity: guided().velocity, schedule, space, noise: noise(6), seed: 6, guided: true }
    const run = await recordTrajectory({ ...options, target: 'exact' })
    // The states, the first velocity and its two parts; sample's result is the last state.
    expect(held).toBe(34)
    const { c, g } = await partsAt(noise(6), 0)
    expect(run.firstParts).toEqual({ conditional: c, guidance: g })
    expect(run.gram).toHaveLength(3600)
  })

  it('refuse a velocity that has no parts', async () => {
    const options = { velocity: flow, schedule, space: float32Space, noise: noise(1), seed: 1, guided: true }
    await expect(recordTrajectory(options)).rejects.toMatchObject({ field: 'guided' })
  })
})
