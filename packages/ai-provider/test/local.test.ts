import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { decodeImage, encodePng } from '@fastflow/media'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { generateImage, NoSuchModelError } from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFastFlow, type FastFlowProvider } from '../src/index.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

describe('the AI SDK with pipelines in this process', () => {
  let drawing: Pipeline
  let editing: Pipeline
  let fastflow: FastFlowProvider

  beforeAll(async () => {
    const backend = nodeBackend({ threads: 1 })
    drawing = await loadPipeline(`${root}packages/pipelines/test/fixtures/families/sd3/pipeline`, { backend })
    editing = await loadPipeline(`${root}models/emoji-edit`, { backend })
    fastflow = createFastFlow({ pipelines: { drawing, editing } })
  })
  afterAll(async () => {
    await drawing?.dispose()
    await editing?.dispose()
  })

  const run = { numSteps: 3, accelerate: 'off' } as const

  test('makes the pictures of the pipeline, with what each cost', async () => {
    const { images, providerMetadata, warnings } = await generateImage({
      model: fastflow.image('drawing'),
      prompt: 'a red fox',
      n: 2,
      seed: 7,
      size: '64x32',
      providerOptions: { fastflow: { ...run, guidanceScale: 3, negativePrompt: 'blue' } },
    })
    const options = { count: 2, seed: 7, width: 64, height: 32, numSteps: 3, guidanceScale: 3 }
    const own = await drawing.generate('a red fox', { ...options, negativePrompt: 'blue' })
    expect(warnings).toEqual([])
    expect(images.map(({ mediaType }) => mediaType)).toEqual(['image/png', 'image/png'])
    for (const [n, { uint8Array }] of images.entries())
      expect(Buffer.from(uint8Array).equals(Buffer.from(await encodePng(own.images[n]!)))).toBe(true)
    expect(providerMetadata.fastflow!.images).toMatchObject([
      { seed: 7, nfe: 3, steps: 3, passes: 6, decisions: 'CCC' },
      { seed: 8, nfe: 3 },
    ])
  })

  test('edits a picture, and says what it leaves out', async () => {
    const data = Uint8Array.from({ length: 3 * 40 * 24 }, (_, n) => n % 256)
    const png = await encodePng({ width: 40, height: 24, data })
    const { image, warnings } = await generateImage({
      model: fastflow.image('editing'),
      prompt: { text: 'make it flat', images: [png, png] },
      aspectRatio: '1:1',
      seed: 1,
      providerOptions: { fastflow: { ...run, numSteps: 2 } },
    })
    const own = await editing.generate('make it flat', {
      seed: 1,
      numSteps: 2,
      image: await decodeImage(png, { size: 64 }),
    })
    expect(Buffer.from(image.uint8Array).equals(Buffer.from(await encodePng(own.images[0]!)))).toBe(true)
    expect(warnings.map((warning) => 'feature' in warning && warning.feature)).toEqual([
      'aspectRatio',
      'files',
    ])
  })

  test('stops when it is told to', async () => {
    const abort = new AbortController()
    abort.abort()
    const made = generateImage({
      model: fastflow.image('drawing'),
      prompt: 'a red fox',
      abortSignal: abort.signal,
      providerOptions: { fastflow: run },
    })
    await expect(made).rejects.toMatchObject({ code: 'aborted' })
  })

  test.each([
    [{ steps: 3 }, /steps/],
    [{ accelerate: 'fast' }, /accelerate: is "fast"; pass off, auto, plan or paper/],
    [{ nfe: 3, passes: 4 }, /passes: goes not with nfe/],
    [{ target: { lpips: 0.1 } }, /target: with lpips needs a server/],
    [{ numSteps: 0 }, /numSteps/],
  ])('refuses the options %j, naming what is wrong', async (options, words) => {
    const made = generateImage({
      model: fastflow.image('drawing'),
      prompt: 'a red fox',
      providerOptions: { fastflow: options },
    })
    await expect(made).rejects.toThrow(words)
  })

  test('refuses an empty prompt, a mask and models that there are not', async () => {
    const model = fastflow.image('drawing')
    await expect(generateImage({ model, prompt: ' ' })).rejects.toThrow(/prompt: is empty/)
    const prompt = { text: 'x', images: [new Uint8Array([1])], mask: new Uint8Array([1]) }
    await expect(generateImage({ model, prompt })).rejects.toThrow(/mask/)
    expect(() => fastflow.image('other')).toThrow(NoSuchModelError)
    expect(() => fastflow.languageModel('drawing')).toThrow(NoSuchModelError)
    expect(() => fastflow.embeddingModel('drawing')).toThrow(NoSuchModelError)
  })
})
