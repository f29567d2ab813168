import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { type LoadProgress, uniformSkip } from '@fastflow/core'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'

const folder = fileURLToPath(new URL('../../../models/cifar10', import.meta.url))

describe('the CIFAR-10 model in Node', () => {
  const progress: LoadProgress[] = []
  let pipe: Pipeline
  beforeAll(async () => {
    const onProgress = (event: LoadProgress) => progress.push(event)
    pipe = await loadPipeline(folder, { backend: nodeBackend(), threads: 2, onProgress })
  })
  afterAll(() => pipe.dispose())

  it('loads, reporting progress', () => {
    expect(pipe).toMatchObject({ model: 'cifar10', executionProvider: 'onnxruntime-node/cpu' })
    expect(pipe.labels).toContain('cat')
    expect(pipe.labels).toHaveLength(10)
    expect(pipe.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(progress[0]?.status).toBe('initiate')
    expect(progress.at(-1)?.status).toBe('ready')
    expect(new Set(progress.map(({ file }) => file))).toEqual(new Set(['unet/model.onnx']))
  })

  it('generates images that can be made again alone, bit for bit', async () => {
    const options = { numSteps: 3, seed: 7 }
    const { items } = await pipe.generate('cat', { ...options, count: 2 })
    for (const { image, stats } of items) {
      expect(image).toMatchObject({ width: 32, height: 32 })
      expect(new Set(image.data).size).toBeGreaterThan(50)
      expect(stats).toMatchObject({ nfe: 3, passes: 6, decisions: 'CCC' })
      expect(stats.modelMs).toBeGreaterThan(0)
    }
    const alone = await pipe.generate('cat', { ...options, seed: 8 })
    expect(alone.images[0]).toEqual(items[1]?.image)
    const other = await pipe.generate('ship', { ...options, seed: 8 })
    expect(other.images[0]).not.toEqual(items[1]?.image)
  })

  it('learns, and a snapshot gives the same bytes again', async () => {
    const options = { numSteps: 9, guidanceScale: 1, seed: 3 }
    const learned = await pipe.generate('dog', { ...options, count: 3, accelerate: 'paper' })
    expect(learned.items[0]?.stats).toMatchObject({ nfe: 9, passes: 9, estimatedPsnr: undefined })
    expect(learned.policy?.state.generations).toBe(3)
    const accelerate = { method: 'paper', policy: learned.policy!, learn: false } as const
    const first = await pipe.generate('dog', { ...options, accelerate })
    const second = await pipe.generate('dog', { ...options, accelerate })
    expect(second.images).toEqual(first.images)
    expect(first.items[0]?.stats.nfe).toBeLessThan(9)
  })

  it('leaves out what a policy of the caller skips', async () => {
    const accelerate = { method: 'custom', policy: uniformSkip(2) } as const
    const { items } = await pipe.generate('frog', { numSteps: 12, guidanceScale: 1, accelerate })
    expect(items[0]?.stats).toMatchObject({ nfe: 2, passes: 2, decisions: 'CSSSSSCSSSSS' })
  })

  it('is gone when disposed of, and can be loaded again', async () => {
    const backend = nodeBackend()
    const brief = await loadPipeline(folder, { backend })
    await brief.dispose()
    expect((await failure(() => brief.generate('cat', { numSteps: 1 }))).code).toBe('runner-disposed')
    const again = await loadPipeline(folder, { backend })
    expect((await again.generate('cat', { numSteps: 1 })).images).toHaveLength(1)
    await again.dispose()
  })
})
