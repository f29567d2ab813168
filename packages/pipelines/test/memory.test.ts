import { fileURLToPath } from 'node:url'
import {
  type GenerateOptions,
  type LoadPipelineOptions,
  loadPipeline,
  type Pipeline,
} from '@fastflow/pipelines'
import { afterEach, expect, it } from 'vitest'
import { countingBackend } from './support/counting-backend.ts'
import { failure } from './support/failure.ts'

const folder = fileURLToPath(new URL('fixtures/families/sd3/pipeline', import.meta.url))
const encoders = ['text_encoder', 'text_encoder_2', 'text_encoder_3']
const settings: GenerateOptions = { numSteps: 3, width: 48, height: 48, accelerate: 'off' }

const pipelines: Pipeline[] = []
afterEach(() => Promise.all(pipelines.splice(0).map((pipe) => pipe.dispose())))

async function open(memory: NonNullable<LoadPipelineOptions['memory']>) {
  const { backend, loads } = countingBackend()
  const pipe = await loadPipeline(folder, { backend, memory })
  pipelines.push(pipe)
  /** What was loaded since it was asked last. */
  const loaded = (): string[] => loads.splice(0)
  return { pipe, loaded }
}

const bytesOf = async (pipe: Pipeline, prompt: string, options: GenerateOptions = {}) =>
  (await pipe.generate(prompt, { ...settings, ...options })).images[0]!.data

it('in sequence: networks are loaded in the order of use, and encoders of prompts that are known are not', async () => {
  const { pipe, loaded } = await open('sequential')
  expect(loaded()).toEqual([])
  await bytesOf(pipe, 'a cat')
  expect(loaded()).toEqual([...encoders, 'transformer', 'vae_decoder'])
  await bytesOf(pipe, 'a cat', { seed: 2, numSteps: 4 })
  expect(loaded()).toEqual(['transformer', 'vae_decoder'])
  await bytesOf(pipe, 'a dog')
  expect(loaded()).toEqual([...encoders, 'transformer', 'vae_decoder'])
  await bytesOf(pipe, 'a cat')
  expect(loaded()).toEqual(['transformer', 'vae_decoder'])
  // How many tokens are read is a part of what is remembered.
  await bytesOf(pipe, 'a cat', { maxSequenceLength: 8 })
  expect(loaded()).toEqual([...encoders, 'transformer', 'vae_decoder'])
})

it('in sequence: calibration encodes all prompts before the transformer comes', async () => {
  const { pipe, loaded } = await open('sequential')
  await pipe.calibrate({
    ...{ numSteps: 9, width: 48, height: 48, prompts: ['a cat', 'a dog', 'a fox'] },
    evaluations: 40,
  })
  expect(loaded()).toEqual([...encoders, 'transformer'])
})

it('resident: everything is loaded at the start, and never again', async () => {
  const { pipe, loaded } = await open('resident')
  expect(loaded().sort()).toEqual([...encoders, 'transformer', 'vae_decoder', 'vae_encoder'])
  await bytesOf(pipe, 'a cat')
  await bytesOf(pipe, 'a dog')
  expect(loaded()).toEqual([])
})

it('generations side by side give what they give alone, whatever is in memory', async () => {
  const sequential = await open('sequential')
  const resident = await open('resident')
  const prompts = ['a cat', 'a dog', 'a cat under a bridge']
  const alone: Uint8Array[] = []
  for (const prompt of prompts) alone.push(await bytesOf(resident.pipe, prompt))
  expect(await Promise.all(prompts.map((prompt) => bytesOf(sequential.pipe, prompt)))).toEqual(alone)
  expect(await Promise.all(prompts.map((prompt) => bytesOf(resident.pipe, prompt)))).toEqual(alone)
  expect(alone[0]).not.toEqual(alone[1])
})

it('aborted while a network is loaded, the pipeline stays usable', async () => {
  const { backend } = countingBackend()
  const controller = new AbortController()
  const pipe = await loadPipeline(folder, {
    backend,
    memory: 'sequential',
    onProgress({ file, status }) {
      if (file.startsWith('transformer') && status === 'done') controller.abort()
    },
  })
  pipelines.push(pipe)
  expect(await failure(() => bytesOf(pipe, 'a cat', { signal: controller.signal }))).toMatchObject({
    code: 'aborted',
    field: 'signal',
  })
  const { pipe: other } = await open('resident')
  expect(await bytesOf(pipe, 'a cat')).toEqual(await bytesOf(other, 'a cat'))
})

it('disposed of in a generation: it fails, and so does the next one', async () => {
  const { pipe } = await open('sequential')
  const generation = failure(() =>
    bytesOf(pipe, 'a cat', {
      onStep: ({ index }) => {
        if (index === 1) void pipe.dispose()
      },
    }),
  )
  expect(await generation).toMatchObject({ code: 'runner-disposed' })
  expect(await failure(() => bytesOf(pipe, 'a cat'))).toMatchObject({ code: 'runner-disposed' })
})
