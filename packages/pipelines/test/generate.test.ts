import { fillNormal, flatSegment, sample, uniformSkip } from '@fastflow/core'
import type { GeneratedImage, GenerateOptions } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import { type Mishap, values } from './support/fake-backend.ts'
import { fakePipeline } from './support/fake-pipeline.ts'

describe('images', () => {
  it('come from seed, seed + 1, ..., each the same as when made alone', async () => {
    const { pipe } = await fakePipeline()
    const { images, items, policy, notes } = await pipe.generate('bee', { seed: 40, count: 3 })
    expect(items.map(({ seed, index, caption }) => [seed, index, caption])).toEqual([
      [40, 0, 'bee'],
      [41, 1, 'bee'],
      [42, 2, 'bee'],
    ])
    expect(images).toEqual(items.map(({ image }) => image))
    expect({ policy, notes }).toEqual({ policy: undefined, notes: [] })
    for (const item of items) {
      const alone = await pipe.generate(1, { seed: item.seed })
      expect(alone.images[0]?.data).toEqual(item.image.data)
      expect(item.image).toMatchObject({ width: 4, height: 4 })
    }
    expect(images[0]?.data).not.toEqual(images[1]?.data)
  })

  it('of several subjects come one subject after the other, each the same as when made alone', async () => {
    const { pipe } = await fakePipeline()
    const { items } = await pipe.generate(['ant', 2], { seed: 5, count: 2, numSteps: 3 })
    expect(items.map(({ seed, caption }) => [seed, caption])).toEqual([
      [5, 'ant'],
      [6, 'ant'],
      [7, 'fly'],
      [8, 'fly'],
    ])
    for (const { image, seed, caption } of items) {
      const alone = await pipe.generate(caption, { seed, numSteps: 3 })
      expect(image).toEqual(alone.images[0])
    }
    expect((await failure(() => pipe.generate([]))).field).toBe('subject')
    expect((await failure(() => pipe.generate(['ant', 'elephant']))).field).toBe('class')
    expect((await failure(() => pipe.generate(['ant', 'fly'], { seed: 0xffffffff }))).field).toBe('seed')
  })

  it('start from fillNormal, the same bytes on every platform', async () => {
    const { pipe, backend } = await fakePipeline()
    for (const seed of [0, 7, 0xffffffff]) {
      const noise = fillNormal(new Float32Array(values), seed)
      expect((await pipe.prepare('ant', { seed })).noise).toEqual(noise)
      backend.calls.length = 0
      await pipe.generate('ant', { seed, numSteps: 1 })
      expect(backend.calls[0]?.samples).toEqual([noise, noise])
    }
  })

  it('have defaults: seed 0, one image, the grid and guidance of the model', async () => {
    const { pipe, backend } = await fakePipeline()
    const { items } = await pipe.generate('ant')
    expect(items.map(({ seed }) => seed)).toEqual([0])
    expect(backend.calls).toHaveLength(20)
    expect(backend.calls.map(({ sigmas }) => sigmas[0])).toEqual(
      Array.from({ length: 20 }, (_, k) => Math.fround(1 - k / 20)),
    )
  })

  it('are what the caller gets from the prepared flow', async () => {
    const { pipe } = await fakePipeline()
    const { images } = await pipe.generate('fly', { seed: 3 })
    const flow = await pipe.prepare('fly', { seed: 3 })
    const { x } = await sample({ velocity: flow.velocity, schedule: flow.schedule, x: flow.noise })
    expect(flow.toImage(await flow.pixels(x))).toEqual(images[0])
    expect(flow.modelMs()).toBe(60)
  })

  it('carry timings when there is a clock', async () => {
    const { pipe } = await fakePipeline()
    let now = 0
    const { items } = await pipe.generate('ant', { numSteps: 4, clock: () => now++ })
    const { modelMs, overheadMs, velocityMs } = items[0]!.stats
    expect({ modelMs, velocityMs }).toEqual({ modelMs: 12, velocityMs: 4 })
    expect(overheadMs).toBeGreaterThan(0)
  })
})

describe('callbacks', () => {
  it('deliver every image as soon as it is ready, and are waited for', async () => {
    const { pipe, backend } = await fakePipeline()
    const log: string[] = []
    const { items } = await pipe.generate('ant', {
      count: 2,
      numSteps: 2,
      onStep: ({ image, index, numSteps, nfe }) => log.push(`step ${image} ${index}/${numSteps} ${nfe}`),
      onImage: async (image) => {
        const before = backend.calls.length
        await new Promise((resolve) => setTimeout(resolve, 5))
        log.push(`image ${image.index} seed ${image.seed}, ${backend.calls.length - before} calls meanwhile`)
      },
    })
    expect(log).toEqual([
      'step 0 1/2 1',
      'step 0 2/2 2',
      'image 0 seed 0, 0 calls meanwhile',
      'step 1 1/2 1',
      'step 1 2/2 2',
      'image 1 seed 1, 0 calls meanwhile',
    ])
    expect(items).toHaveLength(2)
  })

  it('have delivered the images before the one that fails', async () => {
    const crash = (call: number): Mishap => (call === 5 ? 'crash' : undefined)
    const { pipe } = await fakePipeline({ mishap: crash })
    const kept: GeneratedImage[] = []
    const options: GenerateOptions = { count: 3, numSteps: 2, onImage: (image) => kept.push(image) }
    expect((await failure(() => pipe.generate('ant', options))).code).toBe('model-failed')
    expect(kept.map(({ seed }) => seed)).toEqual([0, 1])
  })

  it('pass on what they throw', async () => {
    const { pipe } = await fakePipeline()
    const full = new Error('the disk is full')
    const onImage = () => Promise.reject(full)
    await expect(pipe.generate('ant', { onImage })).rejects.toBe(full)
  })
})

describe('a run that does not complete', () => {
  it('stops at the next step when its signal says so', async () => {
    const { pipe, backend } = await fakePipeline()
    const controller = new AbortController()
    const kept: GeneratedImage[] = []
    const error = await failure(() =>
      pipe.generate('ant', {
        count: 2,
        numSteps: 4,
        signal: controller.signal,
        onStep: ({ image, index }) => {
          if (image === 1 && index === 2) controller.abort()
        },
        onImage: (image) => kept.push(image),
      }),
    )
    expect(error).toMatchObject({ code: 'aborted', field: 'signal' })
    expect(backend.calls).toHaveLength(6)
    expect(kept).toHaveLength(1)
  })

  it('makes no call when it was aborted before', async () => {
    const { pipe, backend } = await fakePipeline()
    const error = await failure(() => pipe.generate('ant', { signal: AbortSignal.abort() }))
    expect(error.code).toBe('aborted')
    expect(backend.calls).toHaveLength(0)
  })

  it('stops when onStep returns false', async () => {
    const { pipe, backend } = await fakePipeline()
    const error = await failure(() => pipe.generate('ant', { onStep: ({ index }) => index < 3 }))
    expect(error).toMatchObject({ code: 'aborted', field: 'onStep' })
    expect(backend.calls).toHaveLength(3)
  })

  it('gives no image when the network gives NaN, and says where', async () => {
    const { pipe, backend } = await fakePipeline({ mishap: (call) => (call === 5 ? 'nan' : undefined) })
    const kept: GeneratedImage[] = []
    const error = await failure(() => pipe.generate('ant', { onImage: (image) => kept.push(image) }))
    expect(error).toMatchObject({ code: 'non-finite-velocity', field: 'velocity' })
    expect(error.message).toContain('step 5 (sigma 0.75)')
    expect(backend.calls).toHaveLength(6)
    expect(kept).toEqual([])
    expect((await pipe.generate('ant')).images).toHaveLength(1)
  })
})

describe('options that are refused before the network is called', () => {
  const wrong: readonly (readonly [string, Record<string, unknown>])[] = [
    ...[-1, 0.5, 2 ** 32, NaN, '1'].map((seed) => ['seed', { seed }] as const),
    ['seed', { seed: 0xffffffff, count: 2 }],
    ...[0, -1, 1.5, NaN, Infinity, '2'].map((count) => ['count', { count }] as const),
    ...[0, -3, 2.5, NaN, 1e9, '20'].map((numSteps) => ['numSteps', { numSteps }] as const),
    ...[-1, NaN, 101, Infinity, '2'].map((guidanceScale) => ['guidanceScale', { guidanceScale }] as const),
    ...[[0.8, 0.1], [0.1], [-0.1, 0.5], [0.5, 1.1], [NaN, 1], [0.1, 0.5, 1]].map(
      (guidanceInterval) => ['guidanceInterval', { guidanceInterval }] as const,
    ),
    ['guidanceInterval', { guidanceScale: 1, guidanceInterval: [0.1, 0.8] }],
    ...['fast', 7, {}, { method: 'fast' }].map((accelerate) => ['accelerate', { accelerate }] as const),
    ['arms', { accelerate: { method: 'paper', arms: [4, 2] } }],
    ['arms', { accelerate: { method: 'paper', arms: [2] }, numSteps: 4 }],
    ['exploration', { accelerate: { method: 'paper', exploration: -1 } }],
  ]
  it.each(wrong)('%s in %j', async (field, options) => {
    const { pipe, backend, store } = await fakePipeline()
    const error = await failure(() => pipe.generate('ant', options))
    expect(error).toMatchObject({ code: 'invalid-argument', field })
    expect(error.message.startsWith(`${field}: `)).toBe(true)
    expect(backend.calls).toHaveLength(0)
    expect(store.saves).toEqual([])
  })

  it.each(['cat', '', 3, -1, 0.5, NaN])('class %j, listing what there is', async (label) => {
    const { pipe, backend } = await fakePipeline()
    for (const call of [() => pipe.generate(label), () => pipe.prepare(label)]) {
      const error = await failure(call)
      expect(error).toMatchObject({ code: 'invalid-argument', field: 'class' })
      expect(error.message).toContain('is unknown to fake; available: ant, bee, fly, or an id from 0 to 2')
    }
    expect(backend.calls).toHaveLength(0)
  })

  it('a class of a thousand, listing some', async () => {
    const names = Object.fromEntries(Array.from({ length: 1000 }, (_, id) => [id, `class${id}`]))
    const config = JSON.stringify({ sample_size: 4, id2label: names })
    const { pipe } = await fakePipeline({ files: { 'unet/config.json': config } })
    const { message } = await failure(() => pipe.generate('x'))
    expect(message).toContain('class19 and 980 more, or an id from 0 to 999')
  })

  it('guidance, by a model without an unconditional class', async () => {
    const config = JSON.stringify({ sample_size: 4, id2label: { 0: 'ant' } })
    const { pipe } = await fakePipeline({ files: { 'unet/config.json': config } })
    const error = await failure(() => pipe.generate('ant', { guidanceScale: 2 }))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'guidanceScale' })
  })
})

describe('a policy of the caller', () => {
  it('decides which steps are evaluated', async () => {
    const { pipe, backend } = await fakePipeline()
    const { items, policy } = await pipe.generate('ant', {
      accelerate: { method: 'custom', policy: uniformSkip(5) },
    })
    expect(items[0]?.stats).toMatchObject({ nfe: 5, passes: 10, decisions: 'CSSSCSSSCSSSCSSSCSSS' })
    expect(backend.calls).toHaveLength(5)
    expect(policy).toBeUndefined()
  })

  it('may have a state during the run, begins each image anew and fits prepared flows too', async () => {
    const { pipe, backend } = await fakePipeline()
    const policy = flatSegment({ threshold: 0.05, skip: 2 })
    const { items } = await pipe.generate('ant', { count: 2, accelerate: { method: 'custom', policy } })
    const nfe = items.map(({ stats }) => stats.nfe)
    expect(nfe[0]).toBeLessThan(20)
    expect(backend.calls).toHaveLength(nfe[0]! + nfe[1]!)
    const flow = await pipe.prepare('ant', { seed: 1 })
    const { stats } = await sample<Float32Array, number>({ ...flow, x: flow.noise, policy })
    expect(stats.decisions).toBe(items[1]?.stats.decisions)
  })
})
