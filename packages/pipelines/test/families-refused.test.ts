import { cpSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodeBackend } from '@fastflow/backend-node'
import { inspectFolder, loadPipeline } from '@fastflow/pipelines'
import { describe, expect, it, onTestFinished } from 'vitest'
import { changeJson, copyOfFamily, familyFolder, lfsPointer } from './support/family-copies.ts'

const backend = nodeBackend({ threads: 1 })

type Damage = (folder: string) => void

const without =
  (...parts: readonly string[]): Damage =>
  (folder) =>
    parts.forEach((part) => {
      rmSync(join(folder, part), { recursive: true })
    })
const networkOf =
  (family: string, from: string, to = from): Damage =>
  (folder) =>
    cpSync(join(familyFolder(family), from, 'model.onnx'), join(folder, to, 'model.onnx'))
const json =
  (file: string, changes: Readonly<Record<string, unknown>>): Damage =>
  (folder) =>
    changeJson(folder, file, changes)
const pointer =
  (file: string): Damage =>
  (folder) =>
    writeFileSync(join(folder, file), lfsPointer)
const swapped =
  (one: string, other: string): Damage =>
  (folder) => {
    const [first, second, aside] = [one, other, 'aside'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    renameSync(first, aside)
    renameSync(second, first)
    renameSync(aside, second)
  }

/** What is wrong, the family, the damage, and what the error has to say: its code, the file and the fix. */
const cases: readonly (readonly [string, string, Damage, string, RegExp])[] = [
  [
    'no text encoder',
    'sd3',
    without('text_encoder_2'),
    'model-not-found',
    /text_encoder_2\/model.onnx.*export/,
  ],
  [
    'an encoder without its network',
    'flux',
    without('text_encoder_2/model.onnx'),
    'model-not-found',
    /--part text_encoder_2/,
  ],
  [
    'no encoder of pictures',
    'flux-kontext',
    without('vae_encoder'),
    'model-not-found',
    /vae_encoder\/model.onnx/,
  ],
  ['no scheduler', 'sd3', without('scheduler'), 'model-not-found', /scheduler_config.json/],
  [
    'no config of the decoder',
    'sd3',
    without('vae_decoder/config.json'),
    'model-not-found',
    /vae_decoder\/config.json/,
  ],
  ['no index', 'sd3', without('model_index.json'), 'model-not-found', /model_index.json/],
  [
    'other latent channels',
    'sd3',
    json('vae_decoder/config.json', { latent_channels: 4 }),
    'model-unreadable',
    /vae_decoder\/config.json: latent_channels: 4 where .* 16 channels/,
  ],
  [
    'a decoder of other latents',
    'sd3',
    networkOf('sana', 'vae_decoder'),
    'model-mismatch',
    /vae_decoder\/model.onnx takes .* 8, .* 16 channels; export both/,
  ],
  [
    'an encoder of other latents',
    'flux',
    networkOf('flux', 'vae_decoder', 'vae_encoder'),
    'model-mismatch',
    /vae_encoder\/model.onnx gives sample .* 16 channels/,
  ],
  [
    'a transformer of planes for tokens',
    'flux',
    networkOf('sd3', 'transformer'),
    'model-mismatch',
    /transformer\/model.onnx takes hidden_states .* tokens of 64 numbers/,
  ],
  [
    'a transformer of other channels',
    'lumina2',
    networkOf('sana', 'transformer'),
    'model-mismatch',
    /transformer\/model.onnx takes hidden_states .* 16 channels in planes/,
  ],
  [
    'an input that nothing feeds',
    'sd3',
    networkOf('flux', 'transformer'),
    'model-mismatch',
    /transformer\/model.onnx has the input img_ids .* which nothing feeds/,
  ],
  [
    'an encoder for the transformer',
    'flux',
    networkOf('flux', 'text_encoder_2', 'transformer'),
    'model-mismatch',
    /transformer\/model.onnx has the input input_ids/,
  ],
  [
    'swapped tokenizers',
    'sd3',
    swapped('tokenizer', 'tokenizer_3'),
    'model-mismatch',
    /tokenizer\/tokenizer_config.json is of a T5.* CLIPTokenizer; put each tokenizer back/,
  ],
  [
    'the tokenizer of another model',
    'sana',
    (folder) =>
      cpSync(join(familyFolder('qwen-image'), 'tokenizer'), join(folder, 'tokenizer'), { recursive: true }),
    'model-mismatch',
    /tokenizer_config.json is of a Qwen2Tokenizer where .* GemmaTokenizer/,
  ],
  [
    'weights that were cut',
    'sd3-external',
    (folder) => truncateSync(join(folder, 'text_encoder/model.onnx_data'), 100),
    'model-unreadable',
    /model.onnx_data has 100 of the .* text_encoder\/model.onnx/,
  ],
  [
    'a network that was cut',
    'sd3',
    (folder) => truncateSync(join(folder, 'transformer/model.onnx'), 1000),
    'model-unreadable',
    /transformer\/model.onnx is no ONNX model/,
  ],
  [
    'a network that Git LFS did not fetch',
    'sd3',
    pointer('transformer/model.onnx'),
    'model-unreadable',
    /transformer\/model.onnx .* Git LFS/,
  ],
  [
    'a config that Git LFS did not fetch',
    'sana',
    pointer('transformer/config.json'),
    'model-unreadable',
    /transformer\/config.json: is a pointer of Git LFS: fetch it \(git lfs pull\)/,
  ],
  [
    'a tokenizer that Git LFS did not fetch',
    'sana',
    pointer('tokenizer/tokenizer.json'),
    'model-unreadable',
    /tokenizer\/tokenizer.json: is a pointer of Git LFS/,
  ],
  [
    'a class that is not known',
    'sd3',
    json('model_index.json', { _class_name: 'StableDiffusionXLPipeline' }),
    'unsupported',
    /model_index.json: _class_name .* available: .*StableDiffusion3Pipeline, .*ZImagePipeline/,
  ],
  [
    'a scheduler of another kind',
    'sd3',
    json('scheduler/scheduler_config.json', { _class_name: 'DDIMScheduler' }),
    'unsupported',
    /scheduler\/scheduler_config.json: .* DDIMScheduler is not .* FlowMatchEulerDiscreteScheduler/,
  ],
  [
    'statistics that stayed in the weights',
    'flux2-klein',
    json('vae_decoder/config.json', { bn_running_mean: undefined }),
    'model-unreadable',
    /vae_decoder\/config.json: bn_running_mean.*write vae.bn.running_mean/,
  ],
]

describe.each(cases.map(([what, ...rest]) => ({ what, rest })))('$what', ({ rest }) => {
  const [family, damage, code, says] = rest
  it('is refused when the folder is loaded', async () => {
    const folder = copyOfFamily(family, onTestFinished)
    damage(folder)
    const loading = loadPipeline(folder, { backend, memory: 'resident' })
    await expect(loading).rejects.toMatchObject({ code, message: expect.stringMatching(says) })
  })

  it('is what inspecting finds', async () => {
    const folder = copyOfFamily(family, onTestFinished)
    damage(folder)
    const { problems, runs, parts } = await inspectFolder(folder, { backend })
    expect(problems).toContainEqual(expect.objectContaining({ code, message: expect.stringMatching(says) }))
    expect(runs).toBe(false)
    expect(parts.length).toBeGreaterThan(2)
  })
})

describe('a folder whose parts disagree only when they run', () => {
  it('names the encoder whose tokens are of another length', async () => {
    const folder = copyOfFamily('sd3', onTestFinished)
    changeJson(folder, 'transformer/config.json', { joint_attention_dim: 48 })
    const pipe = await loadPipeline(folder, { backend, memory: 'sequential' })
    onTestFinished(() => pipe.dispose())
    await expect(pipe.generate('a red fox', { numSteps: 2 })).rejects.toMatchObject({
      code: 'model-mismatch',
      message: expect.stringMatching(/text_encoder_3\/model.onnx gives 24 .* joint_attention_dim .* 48/),
    })
  })

  it('names the input that would be fed another width', async () => {
    const folder = copyOfFamily('flux', onTestFinished)
    networkOf('sd3', 'text_encoder_3', 'text_encoder_2')(folder)
    const pipe = await loadPipeline(folder, { backend, memory: 'sequential' })
    onTestFinished(() => pipe.dispose())
    await expect(pipe.generate('a red fox', { numSteps: 2 })).rejects.toMatchObject({
      code: 'model-mismatch',
      message: expect.stringMatching(/transformer\/model.onnx takes encoder_hidden_states .* would be fed/),
    })
  })
})

it.each([
  [{ width: 100, height: 64 }, /width: 100 is not a multiple of 16 pixels; the nearest are 96 and 112/],
  [{ width: 64 }, /height: is missing beside width/],
  [{ width: 0, height: 64 }, /width: 0 is not a multiple of 16 pixels; from 16/],
  [{ width: 64.5, height: 64 }, /width: 64.5/],
  [{ width: 32_768, height: 64 }, /width: 32768 .* from 16 to 16384/],
])('the size %o is refused with those that are possible', async (size, says) => {
  const pipe = await loadPipeline(familyFolder('sd3'), { backend, memory: 'sequential' })
  onTestFinished(() => pipe.dispose())
  await expect(pipe.generate('a red fox', size)).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringMatching(says),
  })
})
