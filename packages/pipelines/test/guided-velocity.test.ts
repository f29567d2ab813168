import { float32Space } from '@fastflow/core'
import { type Flow, planDigest } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import { classVelocity, values } from './support/fake-backend.ts'
import { fakePipeline } from './support/fake-pipeline.ts'

const nullClass = 3

function passesOf({ passesPerEvaluation }: Flow, sigma: number): number {
  return typeof passesPerEvaluation === 'number' ? passesPerEvaluation : passesPerEvaluation(sigma)
}

describe('classifier-free guidance', () => {
  it.each([0.5, 1.5, 4])('is v_null + %d (v_label - v_null), both passes in one batch', async (scale) => {
    const { pipe, backend } = await fakePipeline()
    const flow = await pipe.prepare('fly', { seed: 5, guidanceScale: scale })
    const out = new Float32Array(values)
    const x = flow.noise.slice()
    const velocity = await flow.velocity(x, 0.625, { index: 3, branch: 'both', signal: undefined, out })
    expect(velocity).toBe(out)
    expect(x).toEqual(flow.noise)
    expect(flow.passesPerEvaluation).toBe(2)
    expect(backend.calls).toEqual([
      { labels: [nullClass, 2], sigmas: [0.625, 0.625], samples: [flow.noise, flow.noise] },
    ])
    const free = classVelocity(nullClass, flow.noise, 0.625)
    const conditional = classVelocity(2, flow.noise, 0.625)
    for (let k = 0; k < values; k++)
      expect(out[k]).toBeCloseTo(free[k]! + scale * (conditional[k]! - free[k]!), 5)
  })

  it('hands back the guidance term on request, and the conditional velocity of one pass', async () => {
    const { pipe, backend } = await fakePipeline()
    const flow = await pipe.prepare('fly', { seed: 5, guidanceScale: 2.5 })
    const guidance = { out: new Float32Array(values), written: false }
    const call = { index: 0, signal: undefined }
    const both = { ...call, branch: 'both', out: new Float32Array(values) } as const
    const v = (await flow.velocity(flow.noise, 0.5, both)).slice()
    expect(await flow.velocity(flow.noise, 0.5, { ...both, guidance })).toEqual(v)
    expect(guidance.written).toBe(true)
    const c = new Float32Array(values)
    await flow.velocity(flow.noise, 0.5, { ...call, branch: 'conditional', out: c })
    expect(c).toEqual(classVelocity(2, flow.noise, 0.5))
    for (let k = 0; k < values; k++) expect(c[k]! + guidance.out[k]!).toBeCloseTo(v[k]!, 5)
    expect(backend.calls.map(({ labels }) => labels)).toEqual([[nullClass, 2], [nullClass, 2], [2]])
  })

  it('leaves the slot empty where there is one pass anyway', async () => {
    const { pipe } = await fakePipeline()
    const flow = await pipe.prepare('fly', { guidanceScale: 1 })
    const guidance = { out: new Float32Array(values), written: false }
    const out = new Float32Array(values)
    await flow.velocity(flow.noise, 0.5, { index: 0, branch: 'both', signal: undefined, guidance, out })
    expect(guidance.written).toBe(false)
  })

  it.each([
    [1, 2],
    [0, nullClass],
  ])('at scale %d runs class %d alone, unchanged', async (guidanceScale, label) => {
    const { pipe, backend } = await fakePipeline()
    const flow = await pipe.prepare('fly', { guidanceScale })
    const out = new Float32Array(values)
    await flow.velocity(flow.noise, 0.5, { index: 0, branch: 'both', signal: undefined, out })
    expect(flow.passesPerEvaluation).toBe(1)
    expect(backend.calls).toEqual([{ labels: [label], sigmas: [0.5], samples: [flow.noise] }])
    expect(out).toEqual(classVelocity(label, flow.noise, 0.5))
  })

  it('acts inside its interval alone, ends included however a grid rounds them', async () => {
    const { pipe, backend } = await fakePipeline()
    const settings = { seed: 5, guidanceScale: 2.5 }
    const flow = await pipe.prepare('fly', { ...settings, guidanceInterval: [0.1, 0.8] })
    const whole = await pipe.prepare('fly', settings)
    const at = async ({ velocity }: typeof flow, sigma: number) =>
      velocity(flow.noise, sigma, {
        index: 0,
        branch: 'both',
        signal: undefined,
        out: new Float32Array(values),
      })
    for (const sigma of [1, 0.82, 0.08, 0.01]) {
      expect(await at(flow, sigma)).toEqual(classVelocity(2, flow.noise, Math.fround(sigma)))
      expect(passesOf(flow, sigma)).toBe(1)
    }
    for (const sigma of [0.8, Math.fround(0.8), 0.5, 1 - 0.9, Math.fround(0.1)]) {
      expect(await at(flow, sigma)).toEqual(await at(whole, sigma))
      expect(passesOf(flow, sigma)).toBe(2)
    }
    expect(backend.calls.slice(0, 4).map(({ labels }) => labels)).toEqual([[2], [2], [2], [2]])
  })

  it('at scale 0 changes from no condition to the condition at the ends of its interval', async () => {
    const { pipe, backend } = await fakePipeline()
    const { items, notes } = await pipe.generate('fly', {
      numSteps: 4,
      guidanceScale: 0,
      guidanceInterval: [0.5, 0.75],
    })
    expect(notes).toEqual([
      expect.stringMatching(
        /^guidanceScale: 0 ignores the class where guidance acts and follows no class; 1 follows/,
      ),
    ])
    expect(backend.calls.map(({ labels }) => labels)).toEqual([[2], [nullClass], [nullClass], [2]])
    expect(items[0]?.stats).toMatchObject({ nfe: 4, passes: 4 })
  })

  it('has no guidance term to hand back where it has an interval', async () => {
    const { pipe } = await fakePipeline()
    const flow = await pipe.prepare('fly', { guidanceScale: 2, guidanceInterval: [0.1, 0.8] })
    const guidance = { out: new Float32Array(values), written: false }
    const out = new Float32Array(values)
    await flow.velocity(flow.noise, 0.5, { index: 0, branch: 'both', signal: undefined, guidance, out })
    expect(guidance.written).toBe(false)
  })

  it('counts the passes of an interval, and plans for it apart', async () => {
    const { pipe, store } = await fakePipeline()
    const settings = { guidanceScale: 1.5, guidanceInterval: [0.2, 0.6] } as const
    const { items, plan } = await pipe.generate('ant', { ...settings, count: 2, accelerate: 'plan' })
    // Of 20 steps from 1 down to 0.05 those at 0.6, 0.55, ..., 0.2 are guided.
    expect(items[0]?.stats).toMatchObject({ nfe: 20, passes: 29 })
    const { decisions = '', nfe, passes } = items[1]!.stats
    const guided = [...decisions.slice(8, 17)].filter((letter) => letter === 'C').length
    expect(passes).toBe((nfe ?? 0) + guided)
    expect(plan?.key).toMatchObject({ guidance: 1.5, guidanceInterval: [0.2, 0.6] })
    expect(store.documents.has(planDigest(pipe.planKey(settings)))).toBe(true)
    expect(planDigest(pipe.planKey(settings))).not.toBe(planDigest(pipe.planKey({ guidanceScale: 1.5 })))
    expect(pipe.planKey({ guidanceInterval: [0, 1] })).toEqual(pipe.planKey())
  })

  it.each(['plan', 'auto'] as const)('takes passes for what plans make of them: %s', async (method) => {
    const { pipe } = await fakePipeline()
    const guidanceInterval = [0.2, 0.6] as const
    const run = (passes: number) =>
      pipe.generate('ant', { guidanceInterval, count: 2, accelerate: { method, passes } })
    const made = await run(14)
    const [first, second] = made.items.map(({ stats }) => stats)
    expect(first).toMatchObject({ nfe: 20, passes: 29 })
    expect(second?.passes).toBeLessThanOrEqual(14)
    expect(second?.nfe).toBeGreaterThan(7)
    expect(made.plan).toMatchObject({ version: 4 })
    expect(made.plan).not.toHaveProperty('joint')
    expect((await run(29)).items[1]?.stats).toMatchObject({ nfe: 20, passes: 29 })
    expect(await failure(() => run(3))).toMatchObject({ code: 'invalid-argument', field: 'passes' })
  })

  it('has no joint plans where it has an interval', async () => {
    const { pipe, backend } = await fakePipeline()
    const error = await failure(() => pipe.calibrate({ passes: [17], guidanceInterval: [0.1, 0.8] }))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'passes' })
    expect(backend.calls).toEqual([])
  })

  it('counts evaluations and passes apart, and sums the time inside the network', async () => {
    const { pipe, backend } = await fakePipeline()
    for (const [guidanceScale, passes] of [
      [1.5, 12],
      [1, 6],
    ] as const) {
      backend.calls.length = 0
      const { items } = await pipe.generate('ant', { numSteps: 6, guidanceScale })
      expect(backend.calls).toHaveLength(6)
      expect(backend.calls.flatMap(({ labels }) => labels)).toHaveLength(passes)
      expect(items[0]?.stats).toMatchObject({ nfe: 6, passes, steps: 6, decisions: 'CCCCCC', modelMs: 18 })
    }
  })

  it('does not mix the flows of one pipeline', async () => {
    const { pipe } = await fakePipeline()
    const flows = await Promise.all([0, 1, 2].map((label) => pipe.prepare(label, { seed: label })))
    const outs = flows.map(() => new Float32Array(values))
    await Promise.all(
      flows.map(({ velocity, noise }, i) =>
        velocity(noise, 0.25, { index: 0, branch: 'both', signal: undefined, out: outs[i]! }),
      ),
    )
    for (const [label, { noise }] of flows.entries()) {
      const wanted = new Float32Array(values)
      float32Space.linearCombination(wanted, [
        { weight: -0.5, vector: classVelocity(nullClass, noise, 0.25) },
        { weight: 1.5, vector: classVelocity(label, noise, 0.25) },
      ])
      expect(outs[label]).toEqual(wanted)
    }
  })
})
