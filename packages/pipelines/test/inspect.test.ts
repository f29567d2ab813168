import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import type { Backend } from '@fastflow/core'
import { inspectFolder, loadPipeline } from '@fastflow/pipelines'
import { describe, expect, it, onTestFinished } from 'vitest'
import { copyOfFamily, familyFolder, lfsPointer } from './support/family-copies.ts'

const backend = nodeBackend({ threads: 1 })
const model = (name: string): string => fileURLToPath(new URL(`../../../models/${name}`, import.meta.url))

/** The same backend, which refuses to load any network. */
function unloaded(): Backend {
  return {
    ...backend,
    async open(location) {
      const folder = await backend.open(location)
      return { ...folder, load: () => Promise.reject(new Error('a network was loaded')) }
    },
  }
}

const families = [
  'sd3',
  'sd3-external',
  'sd3-fp16',
  'flux',
  'flux-kontext',
  'sana',
  'qwen-image',
  'lumina2',
  'z-image',
  'flux2-klein',
]

it.each(families.map(familyFolder))(
  'says what loading finds, without loading anything: %s',
  async (folder) => {
    const found = await inspectFolder(folder, { backend: unloaded() })
    expect(found.problems).toEqual([])
    expect(found.runs).toBe(true)
    expect(JSON.parse(JSON.stringify(found))).toEqual(found)
    const pipe = await loadPipeline(folder, { backend, memory: 'resident' })
    onTestFinished(() => pipe.dispose())
    const { schedule, guidance, dims } = pipe.planKey()
    expect(found.run).toMatchObject({
      task: pipe.task,
      defaults: pipe.defaults,
      dims,
      sigmas: schedule.sigmas,
    })
    expect(found.run?.guidance.passes).toBe(guidance === 1 ? 1 : 2)
    expect(found.run?.width).toBe(pipe.size)
    const multiple = found.run!.multiple!
    expect(() => pipe.planKey({ width: multiple, height: 3 * multiple })).not.toThrow()
    expect(() => pipe.planKey({ width: multiple + 1, height: multiple })).toThrow(
      `multiple of ${multiple} pixels`,
    )
    for (const { bytes, inputs, outputs } of found.parts) {
      expect(bytes).toBeGreaterThan(0)
      expect(inputs!.length * outputs!.length).toBeGreaterThan(0)
    }
    const sizes = found.parts.filter(({ isUsed }) => isUsed).map(({ bytes }) => bytes!)
    expect(found.memory).toMatchObject({
      resident: sizes.reduce((sum, bytes) => sum + bytes, 0),
      sequential: Math.max(...sizes),
    })
  },
)

it.each([
  ['sd3', { kind: 'passes', scale: 7, off: 1, passes: 2, meaning: 'v_0 + scale (v_c - v_0)' }],
  ['z-image', { kind: 'passes', scale: 5, off: 0, passes: 2, meaning: 'v_c + scale (v_c - v_0)' }],
  ['lumina2', { kind: 'passes', scale: 4, off: 1, meaning: expect.stringContaining('size of v_c') }],
  [
    'flux',
    {
      kind: 'input',
      scale: 3.5,
      off: null,
      passes: 1,
      meaning: expect.stringContaining('trueGuidanceScale'),
    },
  ],
  [
    'qwen-image',
    { kind: 'passes', scale: 4, off: 1, passes: 1, meaning: expect.stringContaining('negative prompt') },
  ],
])('the guidance of %s', async (family, guidance) => {
  const { run } = await inspectFolder(familyFolder(family), { backend })
  expect(run?.guidance).toMatchObject(guidance)
})

describe('models of our own kinds', () => {
  it.each(['cifar10', 'emoji', 'emoji-edit', 'emoji-motion'])('%s', async (name) => {
    const { runs, problems, run, memory } = await inspectFolder(model(name), { backend })
    expect(problems).toEqual([])
    expect(runs).toBe(true)
    expect(run).toMatchObject({ multiple: null, solver: 'euler', acceleration: { applies: true } })
    expect(memory).toMatchObject({ auto: 'resident', sequential: memory.resident })
  })
})

it('few-step models say why they are not accelerated', async () => {
  const folder = copyOfFamily('flux-schnell', onTestFinished)
  const config = { in_channels: 64, guidance_embeds: false, default_num_inference_steps: 4 }
  writeFileSync(join(folder, 'transformer/config.json'), JSON.stringify(config))
  const { run } = await inspectFolder(folder, { backend })
  expect(run?.acceleration).toEqual({ applies: false, why: expect.stringContaining('4 steps') })
})

it('says all that can be told of a folder that is damaged in several places', async () => {
  const folder = copyOfFamily('sd3', onTestFinished)
  rmSync(join(folder, 'text_encoder_2/model.onnx'))
  rmSync(join(folder, 'tokenizer_3/tokenizer.json'))
  writeFileSync(join(folder, 'vae_encoder/model.onnx'), lfsPointer)
  const { problems, parts, tokenizers, className, memory } = await inspectFolder(folder, { backend })
  expect(problems.map(({ field }) => field).sort()).toEqual([
    'text_encoder_2/model.onnx',
    'tokenizer_3/tokenizer.json',
    'vae_encoder/model.onnx',
  ])
  expect(className).toBe('StableDiffusion3Pipeline')
  expect(tokenizers).toEqual([
    { name: 'tokenizer', maxLength: 77 },
    { name: 'tokenizer_2', maxLength: 77 },
    { name: 'tokenizer_3', maxLength: null },
  ])
  expect(parts.find(({ name }) => name === 'text_encoder_2')).toMatchObject({ isThere: false, inputs: null })
  expect(parts.find(({ name }) => name === 'transformer')?.inputs?.map(({ name }) => name)).toContain(
    'timestep',
  )
  expect(memory.resident).toBeNull()
})

it('refuses a place that is no folder, options that nothing knows, and an end', async () => {
  await expect(inspectFolder('nowhere', { backend })).rejects.toMatchObject({ code: 'model-not-found' })
  await expect(inspectFolder(model('emoji'), { backend, memory: 'auto' } as never)).rejects.toMatchObject({
    code: 'invalid-argument',
    field: 'memory',
  })
  await expect(inspectFolder(model('emoji'), { backend, signal: AbortSignal.abort() })).rejects.toMatchObject(
    { code: 'aborted' },
  )
})
