import { type Feeds, numStepsOf, type RgbImage, sample, type TensorInfo } from '@fastflow/core'
import { type GenerateOptions, planDigest } from '@fastflow/pipelines'
import { describe, expect, it } from 'vitest'
import { failure } from './support/failure.ts'
import { type FakeTextOptions, fakeText, meanOf, textVelocity } from './support/fake-text-backend.ts'
import { grey } from './support/grey.ts'
import { idOf, type TextTask, text, textFiles, tokenizer } from './support/text-files.ts'

const values = text.channels * text.side ** 2
const ids = (word: string): number[] => [...word].map(idOf)

it('networks are loaded side by side', async () => {
  let [now, most] = [0, 0]
  await fakeText('text-to-image', {
    async loading() {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setImmediate(resolve))
      now--
    },
  })
  expect(most).toBe(3)
})

describe('prompts', () => {
  it('are padded to the length of the model, and the mask says where they end', async () => {
    const { pipe, calls } = await fakeText('text-to-image')
    await pipe.generate('Ant', { numSteps: 1, guidanceScale: 1 })
    expect(calls.text_encoder).toHaveLength(1)
    const { input_ids, attention_mask } = calls.text_encoder![0]!
    expect([...input_ids!.data].map(Number)).toEqual([2, ...ids('ant'), 3, 0, 0, 0])
    expect([...attention_mask!.data].map(Number)).toEqual([1, 1, 1, 1, 1, 0, 0, 0])
    expect(calls.transformer![0]!.encoder_attention_mask!.data).toEqual(attention_mask!.data)
  })

  it('that are too long are cut before the end token, and a note says so', async () => {
    const { pipe, calls } = await fakeText('text-to-image')
    const { notes } = await pipe.generate('antelopes', { numSteps: 1, guidanceScale: 1 })
    expect([...calls.text_encoder![0]!.input_ids!.data].map(Number)).toEqual([2, ...ids('antelo'), 3])
    expect(notes).toEqual(['prompt: only the first 8 of 11 tokens are read; put what matters first'])
    const long = await pipe.generate('ab '.repeat(3333), { numSteps: 1 })
    expect(long.notes[0]).toMatch(/only the first 8 of 6668 tokens/)
  })

  it('with unknown letters name the words', async () => {
    const { pipe } = await fakeText('text-to-image')
    const { notes } = await pipe.generate('Ωmega cat 🦊', { numSteps: 1 })
    expect(notes).toContainEqual(
      expect.stringMatching(/never seen letters of "Ωmega", "🦊"; use other words/),
    )
  })

  it.each([
    ['', 'prompt', /is empty/],
    [' \n', 'prompt', /is empty/],
    [7, 'prompt', /7 is not a text/],
    ['a'.repeat(10_001), 'prompt', /10001 characters; shorten it to 10000/],
  ])('%j are refused before any network runs', async (prompt, field, problem) => {
    const { pipe, calls } = await fakeText('text-to-image')
    const error = await failure(() => pipe.generate(prompt))
    expect(error).toMatchObject({ code: 'invalid-argument', field })
    expect(error.message).toMatch(problem)
    expect(Object.values(calls).flat()).toEqual([])
  })
})

describe('guidance by a negative prompt', () => {
  it.each([undefined, 'bee'])(
    '%s is v(negative) + scale (v(prompt) - v(negative))',
    async (negativePrompt) => {
      const { pipe } = await fakeText('text-to-image')
      const options = { guidanceScale: 2.5, ...(negativePrompt && { negativePrompt }) }
      const flow = await pipe.prepare('ant', options)
      const out = new Float32Array(values)
      await flow.velocity(flow.noise, 0.5, { index: 0, branch: 'both', signal: undefined, out })
      const free = textVelocity(meanOf(ids(negativePrompt ?? '')), flow.noise, 0.5)
      const conditional = textVelocity(meanOf(ids('ant')), flow.noise, 0.5)
      for (let k = 0; k < values; k++)
        expect(out[k]).toBeCloseTo(free[k]! + 2.5 * (conditional[k]! - free[k]!), 5)
      expect(flow.passesPerEvaluation).toBe(2)
    },
  )

  it('does nothing at scale 1, and says so', async () => {
    const { pipe, calls } = await fakeText('text-to-image')
    const { notes, items } = await pipe.generate('ant', { guidanceScale: 1, negativePrompt: 'bee' })
    expect(notes).toEqual([expect.stringMatching(/^negativePrompt: has no effect/)])
    expect(items[0]?.stats).toMatchObject({ nfe: 12, passes: 12 })
    expect(calls.text_encoder![0]!.input_ids!.dims).toEqual([1, text.tokens])
  })
})

describe('text-to-image', () => {
  it('tells what it is', async () => {
    const { pipe } = await fakeText('text-to-image')
    expect(pipe).toMatchObject({
      task: 'text-to-image',
      labels: [],
      size: 4,
      defaults: { numSteps: 12, guidanceScale: 3 },
    })
    expect(pipe.digest).toMatch(/^[0-9a-f]{64}$/)
  })

  it('decodes latents as z = latents / scaling + shift', async () => {
    const { pipe } = await fakeText('text-to-image')
    const flow = await pipe.prepare('ant')
    const pixels = await flow.pixels(Float32Array.from({ length: values }, (_, k) => k / 8 - 0.5))
    expect([pixels[0], pixels[2], pixels[15], pixels[16]]).toEqual([0, 0.0625, 0.1875, 0.25])
    expect(Math.max(...(await flow.pixels(new Float32Array(values).fill(9))))).toBe(1)
  })

  it('makes each image again alone, and captions it', async () => {
    const { pipe } = await fakeText('text-to-image')
    const { items, images, clips } = await pipe.generate('ant', { seed: 3, count: 2, numSteps: 4 })
    expect(items.map(({ caption, seed, clip }) => [caption, seed, clip])).toEqual([
      ['ant', 3, undefined],
      ['ant', 4, undefined],
    ])
    expect(clips).toEqual([])
    expect(images[0]).toMatchObject({ width: 4, height: 4 })
    expect((await pipe.generate('ant', { seed: 4, numSteps: 4 })).images[0]).toEqual(images[1])
  })

  it('previews the final state, one pixel a latent', async () => {
    const { pipe } = await fakeText('text-to-image')
    const previews: (RgbImage | undefined)[] = []
    await pipe.generate('ant', { numSteps: 3, onStep: async ({ preview }) => previews.push(await preview()) })
    expect(previews.map((one) => [one?.width, one?.data.length])).toEqual([
      [2, 12],
      [2, 12],
      [2, 12],
    ])
    const flow = await pipe.prepare('ant')
    const event = {
      x: new Float32Array(values).fill(0.5),
      velocity: new Float32Array(values).fill(2),
      sigma: 0.5,
    }
    // 0.5 (0.5 - 0.5 x 2) + 0.25 = 0
    expect([...new Set((await flow.preview(event))!.data)]).toEqual([128])
    const files = { 'vae_decoder/config.json': JSON.stringify({ latent_channels: 3, scale_factor: 2 }) }
    const plain = await (await fakeText('text-to-image', { files })).pipe.prepare('ant')
    expect(await plain.preview(event)).toBeUndefined()
  })

  it('samples with whatever the caller brings', async () => {
    const { pipe } = await fakeText('text-to-image')
    const flow = await pipe.prepare('ant', { seed: 2, numSteps: 5 })
    const { x } = await sample({ ...flow, x: flow.noise })
    const { images } = await pipe.generate('ant', { seed: 2, numSteps: 5 })
    expect(numStepsOf(flow.schedule)).toBe(5)
    expect(flow.toImage(await flow.pixels(x))).toEqual(images[0])
  })
})

describe('acceleration of text models', () => {
  it('plans, calibrates over the prompts in turn, and comes close', async () => {
    const { pipe, calls } = await fakeText('text-to-image')
    const options = { evaluations: 60, budgets: [6] }
    const { document } = await pipe.calibrate({ ...options, prompts: ['ant', 'wasp'] })
    const fed = calls.transformer!.map(({ encoder_hidden_states: states }) => states!)
    // Both passes in one batch, or the conditional one alone.
    const guided = fed.filter(({ dims }) => dims[0] === 2).map(({ data }) => String(data))
    expect(new Set(guided).size).toBe(2)
    expect(document.calibration.range).toBe(4)
    expect(document.key).toMatchObject({ model: pipe.digest, guidance: 3, dims: [3, 2, 2] })
    const { items } = await pipe.generate('bee', { accelerate: { method: 'plan', nfe: 6 } })
    expect(items[0]?.stats).toMatchObject({ nfe: 6, passes: 12 })
    await expect(pipe.calibrate(options)).resolves.toBeDefined()
  })

  it('is apart for tasks, texts encoders, tokenizers and frames', async () => {
    const keys = new Set<string>()
    const add = (digest: string): unknown => keys.add(digest)
    for (const task of ['text-to-image', 'image-editing', 'text-to-video'] as const) {
      const { pipe } = await fakeText(task)
      add(planDigest(pipe.planKey()))
      if (task === 'text-to-video') add(planDigest(pipe.planKey({ numFrames: 7 })))
    }
    const other = JSON.stringify({ ...tokenizer, decoder: { type: 'Fuse' } })
    const { pipe } = await fakeText('text-to-image', { files: { 'tokenizer/tokenizer.json': other } })
    add(planDigest(pipe.planKey()))
    expect(keys.size).toBe(5)
  })

  it.each([
    [undefined, /brings no calibration_prompts\.json; pass prompts/],
    ['[]', /calibration_prompts\.json: is not a list of prompts/],
    ['["ant", ""]', /calibration_prompts\.json: prompts\[1\]: is empty/],
  ])('needs prompts: %s', async (list, problem) => {
    const { pipe, calls } = await fakeText('text-to-image', { files: { 'calibration_prompts.json': list } })
    const error = await failure(() => pipe.calibrate())
    expect(error.message).toMatch(problem)
    expect(calls.transformer).toEqual([])
    expect((await failure(() => pipe.calibrate({ prompts: [] }))).field).toBe('prompts')
  })
})

describe('image editing', () => {
  it('feeds both passes the latents of the picture', async () => {
    const { pipe, calls } = await fakeText('image-editing')
    await pipe.generate('ant', { image: grey(255), numSteps: 1 })
    const { image_latents } = calls.transformer![0]!
    expect(image_latents!.dims).toEqual([2, 3, 2, 2])
    // (1 - 0.25) x 2
    expect([...new Set([...image_latents!.data])]).toEqual([1.5])
    expect(calls.vae_encoder).toHaveLength(1)
  })

  it('lays pictures with alpha on white', async () => {
    const { pipe, calls } = await fakeText('image-editing')
    const data = new Uint8ClampedArray(4 * 16)
    data.set([0, 0, 0, 255], 0)
    await pipe.generate('ant', { image: { width: 4, height: 4, data }, numSteps: 1 })
    expect([...calls.vae_encoder![0]!.sample!.data].slice(0, 3)).toEqual([-1, 1, 1])
  })

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['nothing', undefined, /is missing; pass the picture/],
    ['null', null, /is null; decode it first, and pass \{ width, height, data \}/],
    ['a path', 'cat.png', /is a text, perhaps a path; decode it/],
    ['the bytes of a file', Buffer.from('PNG'), /is bytes; decode it/],
    ['a promise', Promise.resolve(grey(1)), /is a promise/],
    ['another size', grey(1, 10_000 / 100), /is 100 x 100; resize it to 4 x 4/],
    [
      'a hundred megapixels',
      { width: 10_000, height: 10_000, data: new Uint8Array() },
      /10000 x 10000; resize/,
    ],
    ['a truncated picture', { width: 4, height: 4, data: new Uint8Array(47) }, /47 bytes .* 48 as RGB or 64/],
    ['no bytes', { width: 4, height: 4, data: 'png' }, /no bytes/],
  ]
  it.each(wrong)('refuses %s before any network runs', async (_, image, problem) => {
    const { pipe, calls } = await fakeText('image-editing')
    const error = await failure(() => pipe.generate('ant', { image } as GenerateOptions))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'image' })
    expect(error.message).toMatch(problem)
    expect(Object.values(calls).flat()).toEqual([])
  })

  it('calibrates on shapes, or on pictures given', async () => {
    const { pipe, calls } = await fakeText('image-editing')
    await pipe.calibrate({ evaluations: 60, budgets: [6] })
    expect(calls.vae_encoder).toHaveLength(20)
    await pipe.calibrate({ evaluations: 60, budgets: [6], images: [grey(0), grey(255)] })
    expect(calls.vae_encoder).toHaveLength(22)
    const error = await failure(() => pipe.calibrate({ images: [grey(0), grey(0, 5)] }))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'images[1]' })
  })
})

describe('text-to-video', () => {
  it('makes clips of the length asked for, frame by frame', async () => {
    const { pipe, calls } = await fakeText('text-to-video')
    const { clips, images, items } = await pipe.generate('ant', { numFrames: 18, numSteps: 2 })
    expect(images).toEqual([])
    expect(clips[0]).toMatchObject({ fps: 6 })
    expect(clips[0]?.frames).toHaveLength(18)
    expect(items[0]?.image).toEqual(clips[0]?.frames[0])
    expect(calls.vae_decoder!.map(({ latent_sample }) => latent_sample!.dims[0])).toEqual([16, 2])
    expect(calls.transformer![0]!.hidden_states!.dims).toEqual([2, 3, 18, 2, 2])
    expect((await pipe.generate('ant', { numSteps: 2 })).clips[0]?.frames).toHaveLength(4)
  })

  it('keeps channels and frames apart', async () => {
    const { pipe } = await fakeText('text-to-video')
    const flow = await pipe.prepare('ant', { numFrames: 2 })
    // Channel c of frame f holds (c + 4 f) / 8: [channels, frames, side, side].
    const x = Float32Array.from(
      { length: 2 * values },
      (_, k) => (Math.floor(k / 8) + 4 * (Math.floor(k / 4) % 2)) / 8,
    )
    const pixels = await flow.pixels(x)
    const level = (c: number, f: number): number => (c + 4 * f) / 16 + 0.25
    for (const f of [0, 1]) {
      for (const c of [0, 1, 2]) expect(pixels[(3 * f + c) * 16]).toBeCloseTo(level(c, f), 6)
      const image = flow.toImage(pixels, f)
      expect(image.data[0]).toBe(Math.round((level(0, f) + 1) * 127.5))
      expect((await flow.preview({ x, velocity: x, sigma: 0 }, f))?.data[0]).toBe(
        Math.round((f / 4 + 0.25 + 1) * 127.5),
      )
    }
    expect({ frames: flow.numFrames, fps: flow.fps }).toEqual({ frames: 2, fps: 6 })
  })

  it('of a length without a plan follow the plan for the own length, at no promise, until there is one', async () => {
    const { pipe } = await fakeText('text-to-video')
    const planned = { evaluations: 120, numSteps: 12 }
    await pipe.calibrate({ ...planned, budgets: [6] })
    const make = async (accelerate: 'plan' | 'auto') => {
      const { items, notes } = await pipe.generate('ant', { numFrames: 7, numSteps: 12, accelerate })
      return { nfe: items[0]?.stats.nfe, psnr: items[0]?.stats.estimatedPsnr, notes }
    }
    const notes = [expect.stringMatching(/^there is no plan for 7 frames: the one for 4 is followed/)]
    for (const accelerate of ['plan', 'auto'] as const)
      expect(await make(accelerate)).toEqual({ nfe: 6, psnr: undefined, notes })
    await pipe.calibrate({ ...planned, budgets: [5], numFrames: 7 })
    expect(await make('plan')).toEqual({ nfe: 5, psnr: expect.any(Number), notes: [] })
  })

  it('of a length without a plan are not certified by the plan for another', async () => {
    const { pipe } = await fakeText('text-to-video')
    await pipe.calibrate({ evaluations: 120, numSteps: 12, budgets: [6] })
    const accelerate = { method: 'plan', psnr: 20 } as const
    const { items, notes } = await pipe.generate('ant', { numFrames: 7, numSteps: 12, accelerate })
    expect(items[0]?.stats.nfe).toBe(12)
    expect(notes[0]).toContain('the first image evaluates every step')
  })

  it.each([0, 1, 21, 2.5, NaN])('refuses %d frames', async (numFrames) => {
    const { pipe, calls } = await fakeText('text-to-video')
    for (const call of [() => pipe.generate('ant', { numFrames }), () => pipe.planKey({ numFrames })]) {
      const error = await failure(call)
      expect(error).toMatchObject({ code: 'invalid-argument', field: 'numFrames' })
      expect(error.message).toContain('from 2 to 20')
    }
    expect(calls.transformer).toEqual([])
  })
})

describe('options of other tasks', () => {
  it.each<[TextTask, object, string]>([
    ['text-to-image', { image: grey(0) }, 'image'],
    ['text-to-image', { numFrames: 8 }, 'numFrames'],
    ['image-editing', { image: grey(0), numFrames: 8 }, 'numFrames'],
    ['text-to-video', { image: grey(0) }, 'image'],
  ])('are refused, naming the task: %s', async (task, options, field) => {
    const { pipe } = await fakeText(task)
    const error = await failure(() => pipe.generate('ant', options))
    expect(error).toMatchObject({ code: 'invalid-argument', field })
    expect(error.message).toContain(`words is a ${task} model`)
  })
})

describe('a folder of a text model that is not in order', () => {
  const parts = Object.keys(textFiles('image-editing')).filter((path) => !path.startsWith('calibration'))
  it.each(parts)('misses %s', async (path) => {
    const open = { runners: 0 }
    const error = await failure(() => fakeText('image-editing', { files: { [path]: undefined }, open }))
    expect(error).toMatchObject({ code: 'model-not-found', field: path })
    expect(open.runners).toBe(0)
  })

  it.each([
    [
      'tokenizer/tokenizer_config.json',
      { model_max_length: 0 },
      'tokenizer/tokenizer_config.model_max_length',
    ],
    [
      'tokenizer/tokenizer_config.json',
      { model_max_length: 8, pad_token: '?' },
      'tokenizer/tokenizer_config.pad_token',
    ],
    ['tokenizer/tokenizer.json', { model: { type: 'Quantum' } }, 'tokenizer/tokenizer.json'],
    ['vae_decoder/config.json', { latent_channels: 5 }, 'vae_decoder/config.latent_channels'],
    [
      'vae_decoder/config.json',
      { latent_channels: 3, scaling_factor: 0 },
      'vae_decoder/config.scaling_factor',
    ],
    [
      'vae_decoder/config.json',
      { latent_channels: 3, latent_rgb_factors: [[1]] },
      'vae_decoder/config.latent_rgb_factors',
    ],
    ['transformer/config.json', { in_channels: 3 }, 'transformer/config.sample_size'],
  ])('has %s with %j', async (path, content, field) => {
    const open = { runners: 0 }
    const files = { [path]: JSON.stringify(content) }
    const error = await failure(() => fakeText('text-to-image', { files, open }))
    expect(error).toMatchObject({ code: 'model-unreadable', field })
    expect(open.runners).toBe(0)
  })

  it('has a network made for something else', async () => {
    const open = { runners: 0 }
    const inputs = { 'vae_decoder/model.onnx': [] }
    const error = await failure(() => fakeText('text-to-image', { inputs, open }))
    expect(error).toMatchObject({ code: 'model-mismatch', field: 'vae_decoder/model.onnx' })
    expect(error.message).toContain('has no input latent_sample')
    expect(open.runners).toBe(0)
  })
})

describe('sizes that do not fit together', () => {
  type Changes = Readonly<Record<string, object>>
  const vae = { latent_channels: 3, scale_factor: 2, scaling_factor: 2 }
  const [decoder, encoder] = ['vae_decoder/model.onnx', 'vae_encoder/model.onnx']
  const told = {
    [decoder]: ['n', 3, 4, 4],
    [encoder]: ['n', 3, 2, 2],
    'transformer/model.onnx': ['n', 3, 2, 2],
    'text_encoder/model.onnx': ['n', 8, 2],
  }

  async function refused(
    changes: Changes,
    outputs: FakeTextOptions['outputs'] = {},
    task: TextTask = 'text-to-image',
  ) {
    const open = { runners: 0 }
    const calls: Record<string, Feeds[]> = {}
    const texts = textFiles(task)
    const merged = Object.entries(changes).map(([path, change]) => {
      return [path, JSON.stringify({ ...JSON.parse(texts[path]!), ...change })]
    })
    const options = { files: Object.fromEntries(merged), outputs, open, calls }
    const error = await failure(async () => {
      const { pipe } = await fakeText(task, options)
      await pipe.generate('ant', { numSteps: 2, ...(task === 'image-editing' && { image: grey(4) }) })
    })
    return { error, calls, open }
  }

  it('are no matter where they do', async () => {
    for (const outputs of [told, { ...told, [decoder]: ['n', 3, 'height', 'width'] }]) {
      const { pipe } = await fakeText('text-to-image', { outputs })
      expect((await pipe.generate('ant', { numSteps: 2 })).images).toHaveLength(1)
    }
  })

  it.each<[string, Changes, Readonly<Record<string, TensorInfo['dims']>>, string, RegExp]>([
    ...[1, 4, 8].map((scale_factor): [string, Changes, typeof told, string, RegExp] => [
      `scale_factor ${scale_factor}`,
      { 'vae_decoder/config.json': { scale_factor } },
      told,
      'vae_decoder/config.scale_factor',
      /vae_decoder\/config.json: scale_factor: \d does not fit: vae_decoder\/model.onnx makes 4 x 4 pixels of 2 x 2/,
    ]),
    [
      'no scale_factor',
      { 'vae_decoder/config.json': { ...vae, scale_factor: null } },
      told,
      'vae_decoder/config.scale_factor',
      /null does not fit/,
    ],
    [
      'scale_factor, seen by a probe',
      { 'vae_decoder/config.json': { scale_factor: 4 } },
      { ...told, [decoder]: ['n', 3, 'h', 'w'] },
      'vae_decoder/config.scale_factor',
      /makes 4 x 4 pixels of 2 x 2 latents, where 8 x 8 are expected/,
    ],
    [
      'pictures without end',
      { 'vae_decoder/config.json': { scale_factor: 64 }, 'transformer/config.json': { sample_size: 4096 } },
      {},
      'vae_decoder/config.scale_factor',
      /262144 pixels/,
    ],
    [
      'a decoder of grey pictures',
      {},
      { ...told, [decoder]: ['n', 1, 4, 4] },
      decoder,
      /sample float32 \[batch, 3, height, width\] is needed/,
    ],
    [
      'statistics of channels',
      { 'vae_decoder/config.json': { latents_mean: [0, 0, 0] } },
      told,
      'vae_decoder/config.latents_mean',
      /not supported/,
    ],
    [
      'states without end',
      { 'transformer/config.json': { sample_size: 4096, in_channels: 4096, out_channels: 4096 } },
      {},
      'transformer/config.sample_size',
      /over 268435456/,
    ],
    [
      'velocities of another size',
      {},
      { ...told, 'transformer/model.onnx': ['n', 3, 4, 4] },
      'transformer/model.onnx',
      /correct in_channels, sample_size and cross/,
    ],
    [
      'vectors of another length',
      {},
      { ...told, 'text_encoder/model.onnx': ['n', 8, 5] },
      'text_encoder/model.onnx',
      /model_max_length .* cross_attention_dim/,
    ],
  ])('are told when the model is loaded: %s', async (_, changes, outputs, field, problem) => {
    const { error, calls, open } = await refused(changes, outputs)
    expect(error.field).toBe(field)
    expect(error.message).toMatch(problem)
    expect(open.runners).toBe(0)
    expect(calls.transformer ?? []).toEqual([])
  })

  it('are told where a decoder says nothing of its output', async () => {
    const { error } = await refused({ 'vae_decoder/config.json': { scale_factor: 4 } })
    expect(error).toMatchObject({ code: 'model-unreadable', field: 'vae_decoder/config.scale_factor' })
  })

  it('are told before the first evaluation of what conditions are made of', async () => {
    const width = await refused({ 'transformer/config.json': { cross_attention_dim: 3 } })
    expect(width.error).toMatchObject({ code: 'model-mismatch', field: 'transformer/model.onnx' })
    expect(width.error.message).toContain('cross_attention_dim in transformer/config.json')
    const scale = await refused({ 'vae_encoder/config.json': { scale_factor: 4 } }, told, 'image-editing')
    expect(scale.error).toMatchObject({ code: 'model-unreadable', field: 'vae_encoder/config.scale_factor' })
    const both = Object.fromEntries(
      ['vae_encoder', 'vae_decoder'].map((part) => [`${part}/config.json`, { scale_factor: 1 }]),
    )
    expect((await refused(both, {}, 'image-editing')).error.message).toContain(
      'correct scale_factor in vae_encoder/config.json',
    )
  })
})

describe('guidance at scale 0', () => {
  it.each(['text-to-image', 'text-to-video'] as const)('is noted once a call: %s', async (task) => {
    const { pipe } = await fakeText(task)
    const { notes } = await pipe.generate('ant', { numSteps: 2, count: 2, guidanceScale: 0 })
    expect(notes).toEqual([
      expect.stringMatching(/^guidanceScale: 0 ignores the prompt and follows the negative prompt/),
    ])
    const inside = { guidanceScale: 0, guidanceInterval: [0.5, 1] as const }
    expect((await pipe.generate('ant', { numSteps: 2, ...inside })).notes[0]).toContain('where guidance acts')
    for (const guidanceScale of [0.5, 1, 3])
      expect((await pipe.generate('ant', { numSteps: 2, guidanceScale })).notes).toEqual([])
  })

  it('is noted where it is what the model says of itself', async () => {
    const files = textFiles('text-to-image', { transformer: { default_guidance_scale: 0 } })
    const { pipe } = await fakeText('text-to-image', { files })
    expect((await pipe.generate('ant', { numSteps: 2 })).notes[0]).toMatch(/^guidanceScale: 0/)
  })
})

describe('pixels that are NaN', () => {
  it('are an error and no black image; images before them stay', async () => {
    const { pipe } = await fakeText('text-to-image', { overflows: (call) => call === 1 })
    const kept: number[] = []
    const error = await failure(() =>
      pipe.generate('ant', { numSteps: 2, count: 3, onImage: ({ seed }) => kept.push(seed) }),
    )
    expect(error).toMatchObject({ code: 'model-failed', field: 'pixels' })
    expect(error.message).toMatch(/^pixels: hold NaN at 7, .*export it in float32/)
    expect(kept).toEqual([0])
    expect((await pipe.generate('ant', { numSteps: 2, seed: 1 })).images).toHaveLength(1)
  })
})
