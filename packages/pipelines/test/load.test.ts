import type { LoadProgress } from '@fastflow/core'
import { loadPipeline } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import { type FakeOptions, fakeBackend, modelInputs, modelOutputs } from './support/fake-backend.ts'
import { fakePipeline } from './support/fake-pipeline.ts'
import { modelIndex, networkConfig, schedulerConfig } from './support/model-files.ts'

const [sample, timestep, classes] = modelInputs

async function loadFailure(options: FakeOptions) {
  const backend = fakeBackend(options)
  const error = await failure(() => loadPipeline('models/fake', { backend }))
  expect(backend.open.runners).toBe(0)
  return error
}

describe('a folder that is in order', () => {
  it('tells what the model is and can do', async () => {
    const { pipe } = await fakePipeline()
    expect(pipe).toMatchObject({
      task: 'class-to-image',
      model: 'fake',
      digest: 'f'.repeat(64),
      labels: ['ant', 'bee', 'fly'],
      executionProvider: 'closed-form',
      defaults: { numSteps: 20, guidanceScale: 1.5 },
    })
  })

  it('needs no more of the network than size and classes', async () => {
    const config = { sample_size: 4, id2label: { 0: 'ant' } }
    const { pipe } = await fakePipeline({ files: { 'unet/config.json': JSON.stringify(config) } })
    expect(pipe.defaults).toEqual({ numSteps: 50, guidanceScale: 1 })
    const { items } = await pipe.generate('ant', { numSteps: 2 })
    expect(items[0]?.stats.passes).toBe(2)
  })

  it('may name its network transformer, and its classes in the index', async () => {
    const { pipe } = await fakePipeline({
      files: {
        'model_index.json': modelIndex({ unet: undefined, transformer: ['a', 'b'], id2label: { 0: 'moth' } }),
        'unet/config.json': undefined,
        'unet/model.onnx': undefined,
        'transformer/config.json': networkConfig(),
        'transformer/model.onnx': 'onnx',
      },
    })
    expect(pipe.labels).toEqual(['moth'])
  })

  it('reads UTF-8', async () => {
    const text = networkConfig({ id2label: { 0: 'Käfer 甲虫' } })
    const { pipe } = await fakePipeline({ files: { 'unet/config.json': text } })
    expect(pipe.labels).toEqual(['Käfer 甲虫'])
  })

  it('hands progress on', async () => {
    const seen: LoadProgress[] = []
    await loadPipeline('models/fake', {
      backend: fakeBackend(),
      onProgress: (progress) => seen.push(progress),
    })
    expect(seen).toEqual([
      { status: 'initiate', name: 'models/fake', file: 'unet/model.onnx' },
      { status: 'ready', name: 'models/fake', file: 'unet/model.onnx' },
    ])
  })

  it('may be named by a URL, and by nothing that is neither', async () => {
    const opened: string[] = []
    const backend = fakeBackend()
    const open = Object.assign(
      (location: string) => {
        opened.push(location)
        return backend.open('models/fake')
      },
      { runners: 0 },
    )
    await loadPipeline(new URL('file:///models/fake/'), { backend: { ...backend, open } })
    expect(opened).toEqual(['file:///models/fake/'])
    const error = await failure(() => loadPipeline(undefined as never, { backend }))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'location' })
    const uncalled = await failure(() => loadPipeline('models/fake', { backend: fakeBackend as never }))
    expect(uncalled).toMatchObject({ code: 'invalid-argument', field: 'backend' })
  })

  it('can be loaded, disposed of and loaded again', async () => {
    const backend = fakeBackend()
    for (let round = 0; round < 2; round++) {
      const pipe = await loadPipeline('models/fake', { backend })
      await pipe.dispose()
      await pipe.dispose()
      expect(backend.open.runners).toBe(0)
      expect((await failure(() => pipe.generate('ant'))).code).toBe('runner-disposed')
    }
  })
})

describe('files that are missing or no JSON', () => {
  it('names a missing folder', async () => {
    const error = await failure(() => loadPipeline('models/none', { backend: fakeBackend() }))
    expect(error).toMatchObject({ code: 'model-not-found', field: 'models/none' })
  })

  it.each(['model_index.json', 'unet/config.json', 'scheduler/scheduler_config.json', 'unet/model.onnx'])(
    'names the missing %s',
    async (path) => {
      expect(await loadFailure({ files: { [path]: undefined } })).toMatchObject({
        code: 'model-not-found',
        field: path,
      })
    },
  )

  const broken: readonly (readonly [string | Uint8Array, string])[] = [
    ['{', 'is not valid JSON'],
    ['', 'is not valid JSON'],
    [Uint8Array.of(0xff, 0xfe), 'is not valid JSON'],
    ['[]', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    ['"text"', 'is not a JSON object'],
  ]
  const paths = ['model_index.json', 'unet/config.json', 'scheduler/scheduler_config.json']
  it.each(paths.flatMap((path) => broken.map(([text, problem]) => [path, text, problem] as const)))(
    'refuses %s with the text %j',
    async (path, text, problem) => {
      const error = await loadFailure({ files: { [path]: text } })
      expect(error).toMatchObject({ code: 'model-unreadable', field: path })
      expect(error.message).toContain(`models/fake/${path}: ${problem}`)
    },
  )
})

describe('fields that do not fit', () => {
  it('names the pipeline classes that are available', async () => {
    const files = { 'model_index.json': modelIndex({ _class_name: 'CogVideoXPipeline' }) }
    const error = await loadFailure({ files })
    expect(error).toMatchObject({ code: 'unsupported', field: 'model_index._class_name' })
    expect(error.message).toContain('"CogVideoXPipeline" is not supported; available: ClassToImagePipeline')
  })

  it('misses a network', async () => {
    const error = await loadFailure({ files: { 'model_index.json': modelIndex({ unet: null }) } })
    expect(error).toMatchObject({ code: 'model-unreadable', field: 'model_index.unet' })
  })

  const unreadable: readonly (readonly [string, unknown])[] = [
    ['sample_size', undefined],
    ['sample_size', 0],
    ['sample_size', 4.5],
    ['sample_size', '4'],
    ['sample_size', 1e9],
    ['null_class_id', -1],
    ['null_class_id', 0.5],
    ['null_class_id', 'none'],
    ['id2label', undefined],
    ['id2label', {}],
    ['id2label', ['ant']],
    ['id2label', { 1: 'ant' }],
    ['id2label', { 0: 7 }],
    ['default_guidance_scale', '1.5'],
    ['default_guidance_scale', -1],
    ['default_num_inference_steps', 0],
    ['default_num_inference_steps', 2.5],
    ['default_num_inference_steps', 1e9],
  ]
  it.each(unreadable)('refuses %s %j', async (field, value) => {
    const error = await loadFailure({ files: { 'unet/config.json': networkConfig({ [field]: value }) } })
    expect(error).toMatchObject({ code: 'model-unreadable', field: `unet/config.${field}` })
    expect(error.message).toContain(
      `models/fake/unet/config.json: ${field}: ${JSON.stringify(value) ?? 'missing'}`,
    )
  })

  it('refuses guidance without an unconditional class', async () => {
    const error = await loadFailure({ files: { 'unet/config.json': networkConfig({ null_class_id: null }) } })
    expect(error).toMatchObject({ code: 'model-unreadable', field: 'unet/config.default_guidance_scale' })
  })

  const unsupported: readonly (readonly [string, unknown])[] = [
    ['in_channels', 4],
    ['out_channels', 6],
    ['prediction_type', 'epsilon'],
    ['timestep_type', 'discrete'],
    ['timestep_range', [0, 1000]],
    ['data_range', [0, 1]],
  ]
  it.each(unsupported)('does not misread %s %j', async (field, value) => {
    const error = await loadFailure({ files: { 'unet/config.json': networkConfig({ [field]: value }) } })
    expect(error).toMatchObject({ code: 'unsupported', field: `unet/config.${field}` })
    expect(error.message).toContain('available: ')
  })

  const schedulers: readonly (readonly [string, unknown, string])[] = [
    ['_class_name', 'DDIMScheduler', 'unsupported'],
    ['use_karras_sigmas', true, 'unsupported'],
    ['use_dynamic_shifting', true, 'unsupported'],
    ['shift', 0, 'model-unreadable'],
    ['shift', 'three', 'model-unreadable'],
    ['shift_terminal', 1, 'model-unreadable'],
  ]
  it.each(schedulers)('refuses the scheduler with %s %j', async (field, value, code) => {
    const files = { 'scheduler/scheduler_config.json': schedulerConfig({ [field]: value }) }
    const error = await loadFailure({ files })
    expect(error.code).toBe(code)
    expect(error.field).toMatch(new RegExp(`scheduler_config\\.${field}$`))
    expect(error.message).toContain('models/fake/scheduler/scheduler_config.json')
  })
})

describe('networks made for something else', () => {
  const foreign: readonly (readonly [string, FakeOptions, string])[] = [
    ['lacks an input', { inputs: [sample!, timestep!] }, 'has no input class_labels'],
    [
      'wants another input',
      { inputs: [...modelInputs, { name: 'prompt', type: 'int64', dims: [-1, 77] }] },
      'prompt int64 [-1, 77]',
    ],
    [
      'has another type',
      { inputs: [{ ...sample!, type: 'float16' }, timestep!, classes!] },
      'sample float16',
    ],
    [
      'has another size',
      { inputs: [{ ...sample!, dims: ['n', 3, 8, 8] }, timestep!, classes!] },
      'sample float32 [n, 3, 8, 8] where sample float32 [batch, 3, 4, 4] is needed',
    ],
    ['has another rank', { inputs: [{ ...sample!, dims: [-1, 48] }, timestep!, classes!] }, '[-1, 48]'],
    ['fixes the batch', { inputs: [sample!, { ...timestep!, dims: [1] }, classes!] }, 'timestep float32 [1]'],
    ['lacks the output', { outputs: [{ ...modelOutputs[0]!, name: 'noise' }] }, 'has no output velocity'],
    ['gives another type', { outputs: [{ ...modelOutputs[0]!, type: 'float16' }] }, 'velocity is float16'],
  ]
  it.each(foreign)('%s', async (_, options, problem) => {
    const error = await loadFailure(options)
    expect(error).toMatchObject({ code: 'model-mismatch', field: 'unet/model.onnx' })
    expect(error.message).toContain(problem)
  })

  it('takes free axes of any name', async () => {
    const inputs = modelInputs.map((input) => ({ ...input, dims: input.dims.map(() => -1) }))
    await expect(
      fakePipeline({ inputs, outputs: [{ ...modelOutputs[0]!, dims: [] }] }),
    ).resolves.toBeDefined()
  })
})
