import { crc32 } from 'node:zlib'
import { decodeImage, encodePng, encodeStill } from '@fastflow/media'
import type { Pipeline } from '@fastflow/pipelines'
import OpenAI, { type APIError, toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Serving, serving, tiny } from './support/serving.ts'

let words: Pipeline
let edit: Pipeline
let live: Serving

beforeAll(async () => {
  ;[words, edit] = await Promise.all([tiny('words'), tiny('words-edit')])
  live = await serving({ models: { words, edit }, limits: { steps: 1000 } })
})

afterAll(async () => {
  await live[Symbol.asyncDispose]()
  await Promise.all([words.dispose(), edit.dispose()])
})

/** Fields that the client's types do not know. */
const also = (fields: object): object => fields
const pixelsOf = async (b64: string | undefined) => [
  ...(await decodeImage(Buffer.from(b64 ?? '', 'base64'))).data,
]
const data = Uint8Array.from({ length: 16 * 16 * 3 }, (_, k) => (k * 37) % 256)
const picture = { width: 16, height: 16, data }

describe('the official client', () => {
  it('lists the models', async () => {
    const { data: models } = await live.client.models.list()
    expect(models.map(({ id }) => id)).toEqual(['words', 'edit'])
    expect((await live.client.models.retrieve('edit')).object).toBe('model')
  })

  it('generates the images that the pipeline does', async () => {
    const answer = await live.client.images.generate({
      model: 'words',
      prompt: 'red',
      n: 2,
      ...also({ seed: 7, num_inference_steps: 6, guidance_scale: 3, negative_prompt: 'blue' }),
    })
    const { images } = await words.generate('red', {
      seed: 7,
      count: 2,
      numSteps: 6,
      guidanceScale: 3,
      negativePrompt: 'blue',
    })
    expect(await Promise.all(answer.data!.map(({ b64_json }) => pixelsOf(b64_json)))).toEqual(
      images.map((image) => [...image.data]),
    )
    expect(answer).toMatchObject({ size: '16x16', output_format: 'png', background: 'opaque' })
  })

  it('is told what the images cost', async () => {
    const answer = await live.client.images.generate({ prompt: 'red', quality: 'high', ...also({ seed: 1 }) })
    const images = [{ seed: 1, evaluated: 12, steps: 12, passes: 24, decisions: 'C'.repeat(12) }]
    expect(answer).toMatchObject({
      usage: { input_tokens: 0, output_tokens: 24, total_tokens: 24 },
      quality: 'high',
      fastflow: { policy: null, digest: words.digest, images },
    })
  })

  it('follows a plan, which can be looked at', async () => {
    const ask = () =>
      live.client.images.generate({ prompt: 'green', ...also({ seed: 3, fastflow: { nfe: 6 } }) })
    await ask()
    const { fastflow } = (await ask()) as unknown as { fastflow: { policy: string; images: object[] } }
    expect(fastflow.images[0]).toMatchObject({ evaluated: 6, steps: 12 })
    const policy = await live.client.get(`/policies/${fastflow.policy}`)
    expect(policy).toMatchObject({ format: 'fastflow-plan', key: { model: words.digest } })
  })

  it.each(['jpeg', 'webp'] as const)('gets %s files by address', async (format) => {
    const answer = await live.client.images.generate({
      prompt: 'red',
      response_format: 'url',
      output_format: format,
      output_compression: 80,
      ...also({ seed: 5 }),
    })
    const file = await fetch(answer.data![0]!.url!)
    expect(file.headers.get('content-type')).toBe(`image/${format}`)
    const { images } = await words.generate('red', { seed: 5, accelerate: 'auto' })
    const expected = await encodeStill(images[0]!, { format, quality: 80 })
    const got = await decodeImage(new Uint8Array(await file.arrayBuffer()))
    expect(got).toEqual(await decodeImage(expected))
  })

  it('streams previews and the image', async () => {
    const stream = await live.client.images.generate({
      prompt: 'red',
      stream: true,
      partial_images: 3,
      quality: 'high',
      ...also({ seed: 2 }),
    })
    const events: OpenAI.ImageGenStreamEvent[] = []
    for await (const event of stream) events.push(event)
    expect(events.map(({ type }) => type)).toEqual([
      ...Array(3).fill('image_generation.partial_image'),
      'image_generation.completed',
    ])
    expect(events.slice(0, 3)).toMatchObject(
      [0, 1, 2].map((k) => ({ partial_image_index: k, size: '16x16' })),
    )
    expect(await pixelsOf(events[0]!.b64_json)).toHaveLength(data.length)
    const { images } = await words.generate('red', { seed: 2 })
    expect(await pixelsOf(events[3]!.b64_json)).toEqual([...images[0]!.data])
    expect(events[3]).toMatchObject({ usage: { total_tokens: 24 }, fastflow: { images: [{ seed: 2 }] } })
  })

  it('edits a picture', async () => {
    const png = await encodePng(picture)
    const answer = await live.client.images.edit({
      model: 'edit',
      prompt: 'red',
      image: await toFile(png, 'a.png', { type: 'image/png' }),
      ...also({ seed: 4, fastflow: { accelerate: 'off' } }),
    })
    const { images } = await edit.generate('red', { seed: 4, image: picture })
    expect(await pixelsOf(answer.data![0]!.b64_json)).toEqual([...images[0]!.data])
  })

  it('edits where the mask is transparent, and streams that', async () => {
    const half = Uint8Array.from({ length: 16 * 16 * 4 }, (_, k) => (k < 512 ? 0 : 255))
    const stream = await live.client.images.edit({
      model: 'edit',
      prompt: 'red',
      image: await toFile(await encodePng(picture), 'a.png', { type: 'image/png' }),
      mask: await toFile(await encodePng({ width: 16, height: 16, data: half }), 'm.png', {
        type: 'image/png',
      }),
      stream: true,
      partial_images: 1,
      ...also({ seed: 4, fastflow: { accelerate: 'off' } }),
    })
    const events: OpenAI.ImageEditStreamEvent[] = []
    for await (const event of stream) events.push(event)
    expect(events.map(({ type }) => type)).toEqual(['image_edit.partial_image', 'image_edit.completed'])
    const { images } = await edit.generate('red', { seed: 4, image: picture })
    const made = [...images[0]!.data]
    expect(await pixelsOf(events[1]!.b64_json)).toEqual([...made.slice(0, 384), ...data.slice(384)])
  })

  it('edits a picture in JSON', async () => {
    const image = Buffer.from(await encodePng(picture)).toString('base64')
    const body = { model: 'edit', prompt: 'red', seed: 4, fastflow: { accelerate: 'off' } }
    const post = (more: object) =>
      live.client.post<OpenAI.ImagesResponse>('/images/edits', { body: { ...body, ...more } })
    const [one, other] = await Promise.all([
      post({ image }),
      post({ images: [{ image_url: `data:image/png;base64,${image}` }] }),
    ])
    const { images } = await edit.generate('red', { seed: 4, image: picture })
    expect(await pixelsOf(one.data![0]!.b64_json)).toEqual([...images[0]!.data])
    expect(other.data).toEqual(one.data)
  })
})

describe('the official client gets typed errors', () => {
  const generate = (fields: object) =>
    live.client.images.generate({ prompt: 'red', ...fields } as OpenAI.ImageGenerateParams)

  it.each([
    ['n', { n: 11 }],
    ['n', { n: 0 }],
    ['size', { size: '1024x1024' }],
    ['size', { size: 'big' }],
    ['quality', { quality: 'best' }],
    ['quality', { quality: 'low', fastflow: { nfe: 6 } }],
    ['background', { background: 'transparent' }],
    ['style', { style: 'vivid' }],
    ['moderation', { moderation: 'low' }],
    ['output_format', { output_format: 'gif' }],
    ['output_compression', { output_compression: 50 }],
    ['response_format', { response_format: 'url', stream: true }],
    ['partial_images', { partial_images: 2 }],
    ['partial_images', { partial_images: 4, stream: true }],
    ['seed', { seed: -1 }],
    ['seed', { seed: 4294967295, n: 2 }],
    ['num_inference_steps', { num_inference_steps: 1001 }],
    ['guidance_scale', { guidance_scale: 200 }],
    ['negative_prompt', { negative_prompt: 'x'.repeat(10_001) }],
    ['prompt', { prompt: 'x'.repeat(100_000) }],
    ['prompt', { prompt: '   ' }],
    ['fastflow.passes', { fastflow: { nfe: 6, passes: 12 } }],
    ['fastflow.nfe', { fastflow: { accelerate: 'off', nfe: 6 } }],
    ['fastflow.speed', { fastflow: { speed: 6 } }],
    ['fastflow.target.psnr', { fastflow: { target: { psnr: -1 } } }],
    ['colour', { colour: 'red' }],
    ['model', { model: 'edit' }],
  ])('about %s: %j', async (param, fields) => {
    const error = await generate(fields).then(
      () => undefined,
      (thrown) => thrown,
    )
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    const { type, message } = error as APIError
    expect({ param: (error as APIError).param, type }).toEqual({
      param,
      type: 'invalid_request_error',
    })
    expect(message).toContain(param)
  })

  it('about models there are none of', async () => {
    await expect(generate({ model: 'dall-e-3' })).rejects.toBeInstanceOf(OpenAI.NotFoundError)
    await expect(live.client.models.retrieve('x')).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })

  it('about pictures', async () => {
    const ask = async (bytes: Uint8Array, more: object = {}) =>
      live.client.images.edit({
        model: 'edit',
        prompt: 'red',
        image: await toFile(bytes, 'a.png', { type: 'image/png' }),
        ...more,
      })
    await expect(ask(Buffer.from('no picture'))).rejects.toMatchObject({ status: 400, param: 'image' })
    await expect(ask(hugePng)).rejects.toMatchObject({
      status: 400,
      param: 'image',
      message: expect.stringContaining('30000 x 30000'),
    })
    const png = await encodePng(picture)
    const mask = await toFile(await encodePng({ width: 1, height: 1, data: data.slice(0, 3) }), 'm.png')
    await expect(ask(png, { mask })).rejects.toMatchObject({ status: 400, param: 'mask' })
    await expect(ask(png, { input_fidelity: 'high' })).rejects.toMatchObject({ param: 'input_fidelity' })
    const several = await Promise.all([toFile(png, 'a.png'), toFile(png, 'b.png')])
    await expect(ask(png, { image: several })).rejects.toMatchObject({ status: 400, param: 'image' })
  })
})

/** The head of a picture of 30,000 x 30,000 pixels. */
const hugePng = (() => {
  const head = Buffer.from('IHDR\0\0\x75\x30\0\0\x75\x30\x08\x02\0\0\0', 'latin1')
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(head))
  const begin = Buffer.from('89504e470d0a1a0a0000000d', 'hex')
  return Buffer.concat([begin, head, sum, Buffer.from('0000000049444154', 'hex')])
})()
