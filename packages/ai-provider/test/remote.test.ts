import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { decodeImage, encodePng } from '@fastflow/media'
import { loadPipeline, type Pipeline } from '@fastflow/pipelines'
import { createServer, type FastFlowServer } from '@fastflow/server'
import { fixtures } from '@fastflow/testkit'
import { APICallError, generateImage } from 'ai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFastFlow, type FastFlowProvider } from '../src/index.ts'

describe('the AI SDK with a server', () => {
  const apiKey = 'key-of-ann'
  let words: Pipeline
  let editing: Pipeline
  let server: FastFlowServer
  let baseURL = ''
  let fastflow: FastFlowProvider

  beforeAll(async () => {
    const backend = nodeBackend({ threads: 1 })
    const open = (name: string) =>
      loadPipeline(fileURLToPath(new URL(`models/${name}/`, fixtures)), { backend })
    ;[words, editing] = await Promise.all([open('words'), open('words-edit')])
    const keys = [{ id: 'ann', sha256: createHash('sha256').update(apiKey).digest('hex') }]
    server = await createServer({ models: { words, editing }, keys, limits: { steps: 10_000, images: 4 } })
    baseURL = `${await server.listen({ port: 0 })}/v1`
    await server.ready()
    fastflow = createFastFlow({ baseURL, apiKey })
  })
  afterAll(async () => {
    await server?.close(0)
    await Promise.all([words?.dispose(), editing?.dispose()])
  })

  test('makes the pictures of the pipeline, with what each cost', async () => {
    const { images, providerMetadata, warnings, responses } = await generateImage({
      model: fastflow.image('words'),
      prompt: 'red',
      n: 2,
      seed: 7,
      providerOptions: { fastflow: { accelerate: 'off', numSteps: 5 } },
    })
    const own = await words.generate('red', { count: 2, seed: 7, numSteps: 5, accelerate: 'off' })
    expect(warnings).toEqual([])
    expect(images.map(({ mediaType }) => mediaType)).toEqual(['image/png', 'image/png'])
    for (const [n, { uint8Array }] of images.entries())
      expect((await decodeImage(uint8Array, { size: 16 })).data).toEqual(own.images[n]!.data)
    expect(providerMetadata.fastflow).toMatchObject({
      images: [
        { digest: words.digest, policy: null, seed: 7, evaluated: 5, steps: 5, decisions: 'CCCCC' },
        { seed: 8, evaluated: 5 },
      ],
    })
    expect(responses[0]!.headers?.['x-request-id']).toMatch(/^[\w-]+$/)
  })

  test('edits a picture', async () => {
    const png = await encodePng({ width: 16, height: 16, data: new Uint8Array(768).fill(90) })
    const { image, providerMetadata } = await generateImage({
      model: fastflow.image('editing'),
      prompt: { text: 'red', images: [png] },
      seed: 1,
      providerOptions: { fastflow: { accelerate: 'off', numSteps: 2 } },
    })
    expect(image.mediaType).toBe('image/png')
    expect(providerMetadata.fastflow!.images).toMatchObject([{ seed: 1, evaluated: 2 }])
  })

  test('says what the server says is wrong, and tries that not again', async () => {
    const many = generateImage({ model: fastflow.image('words'), prompt: 'red', size: '17x16' })
    const error = await many.catch((thrown) => thrown)
    expect(APICallError.isInstance(error)).toBe(true)
    expect(error).toMatchObject({
      statusCode: 400,
      isRetryable: false,
      message: expect.stringContaining('size'),
    })
    const strange = generateImage({ model: fastflow.image('nothing'), prompt: 'red' })
    await expect(strange).rejects.toMatchObject({
      statusCode: 404,
      message: expect.stringContaining('nothing'),
    })
    const eve = createFastFlow({ baseURL, apiKey: 'key-of-eve' })
    await expect(generateImage({ model: eve.image('words'), prompt: 'red' })).rejects.toMatchObject({
      statusCode: 401,
    })
    const nowhere = createFastFlow({ baseURL: 'http://127.0.0.1:1/v1' })
    const gone = generateImage({ model: nowhere.image('words'), prompt: 'red', maxRetries: 0 })
    await expect(gone).rejects.toThrow(/cannot be reached/)
  })

  test('ends a job when it is told to', async () => {
    const abort = new AbortController()
    const made = generateImage({
      model: fastflow.image('words'),
      prompt: 'red',
      abortSignal: abort.signal,
      providerOptions: { fastflow: { numSteps: 10_000, accelerate: 'off' } },
    })
    const metrics = async () => (await fetch(baseURL.replace('/v1', '/metrics'))).text()
    while (!(await metrics()).includes('fastflow_queue_running 1')) await new Promise(setImmediate)
    abort.abort()
    await expect(made).rejects.toMatchObject({ name: 'AbortError' })
    while (!(await metrics()).includes('fastflow_queue_running 0')) await new Promise(setImmediate)
    expect(await metrics()).toContain('fastflow_cancellations_total{model="words"}')
  })
})
