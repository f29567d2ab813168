import { float32Space } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { classVelocity, values } from './support/fake-backend.ts'
import { fakePipeline } from './support/fake-pipeline.ts'

const nullClass = 3

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
