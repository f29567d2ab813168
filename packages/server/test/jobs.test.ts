import { createHash } from 'node:crypto'
import type { Pipeline } from '@fastflow/pipelines'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withoutFolders } from '../src/answers/without-folders.ts'
import { type Serving, serving, tiny } from './support/serving.ts'

let words: Pipeline
let motion: Pipeline
let live: Serving

beforeAll(async () => {
  ;[words, motion] = await Promise.all([tiny('words'), tiny('words-motion')])
  live = await serving({ models: { words, motion }, limits: { steps: 10_000 } })
})

afterAll(async () => {
  await live[Symbol.asyncDispose]()
  await Promise.all([words.dispose(), motion.dispose()])
})

interface JobAnswer {
  readonly id: string
  readonly status: string
  readonly poll_url: string
  readonly events_url: string
  readonly queue_position: number | null
  readonly progress: number
  readonly decisions: string
  readonly result: { readonly data: readonly { readonly url: string }[] } | null
  readonly error: object | null
}

const endpoint = '/v1/images/generations'
/** Takes seconds, unless it is cancelled. */
const long = { prompt: 'red', num_inference_steps: 10_000, quality: 'high' }

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${live.base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

async function submit(body: object): Promise<JobAnswer> {
  const answer = await post('/v1/jobs', { endpoint, body })
  expect(answer.status).toBe(202)
  return (await answer.json()) as JobAnswer
}

/** Server-sent events until they end. */
async function eventsOf(address: string): Promise<{ event: string; data: Record<string, unknown> }[]> {
  const text = await (await fetch(address)).text()
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('event: '))
    .map((block) => {
      const [event = '', data = ''] = block.split('\n')
      return { event: event.slice(7), data: JSON.parse(data.slice(6)) }
    })
}

async function ended(address: string): Promise<JobAnswer> {
  await eventsOf(`${address}/events`)
  return (await (await fetch(address)).json()) as JobAnswer
}

const cancel = async (job: JobAnswer) => (await fetch(job.poll_url, { method: 'DELETE' })).json()

describe('jobs', () => {
  it('are answered at once, polled, and give what the endpoint gives', async () => {
    const job = await submit({ prompt: 'red', seed: 3 })
    expect(job).toMatchObject({ object: 'job', endpoint, model: 'words' })
    const done = await ended(job.poll_url)
    expect(done).toMatchObject({ status: 'completed', progress: 1, error: null, queue_position: null })
    expect(done.result).toMatchObject({ usage: {}, fastflow: { job: job.id, images: [{ seed: 3 }] } })
    const file = await fetch(done.result!.data[0]!.url)
    expect(file.headers.get('content-type')).toBe('image/png')
  })

  it('tell of every step while they run', async () => {
    const job = await submit({ prompt: 'red', quality: 'high' })
    const events = await eventsOf(job.events_url)
    expect(events[0]!.event).toBe('job.status')
    expect(events.at(-1)).toMatchObject({ event: 'job.completed', data: { job: { status: 'completed' } } })
    const last = events.filter(({ event }) => event === 'job.progress').at(-1)
    if (last) expect(last.data).toMatchObject({ step: 12, steps: 12, decisions: 'C'.repeat(12) })
  })

  it('stand in a queue, and are cancelled wherever they are', async () => {
    const running = await submit(long)
    const next = await submit(long)
    const last = await submit(long)
    expect([next.queue_position, last.queue_position]).toEqual([0, 1])
    expect(await cancel(next)).toMatchObject({ status: 'cancelled' })
    const heard = eventsOf(running.events_url)
    expect(await cancel(running)).toMatchObject({ status: 'cancelled' })
    expect((await heard).at(-1)?.event).toBe('job.cancelled')
    expect(await cancel(last)).toMatchObject({ status: 'cancelled' })
    expect(await (await fetch(running.poll_url)).json()).toMatchObject({
      status: 'cancelled',
      result: null,
      error: null,
    })
    // The worker is free again.
    expect(await ended((await submit({ prompt: 'red' })).poll_url)).toMatchObject({ status: 'completed' })
  })

  it('are run by `once`, each by its id', async () => {
    const names: string[] = []
    await using counted = await serving({
      models: { words },
      once: (job, work) => {
        names.push(job)
        return work()
      },
    })
    const answer = await fetch(`${counted.base}${endpoint}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'red' }),
    })
    const { fastflow } = (await answer.json()) as { fastflow: { job: string } }
    expect(names).toEqual([fastflow.job])
  })

  it('that have ended are forgotten on demand, with their files', async () => {
    const job = await submit({ prompt: 'red' })
    const { result } = await ended(job.poll_url)
    expect(await cancel(job)).toMatchObject({ status: 'completed' })
    expect((await fetch(job.poll_url)).status).toBe(404)
    expect((await fetch(result!.data[0]!.url)).status).toBe(404)
  })

  it('say why they failed', async () => {
    const job = await submit({ prompt: 'red', fastflow: { nfe: 1, accelerate: 'plan' } })
    const { status, error } = await ended(job.poll_url)
    expect({ status, error }).toMatchObject({
      status: 'failed',
      error: { code: 'invalid-argument', param: 'fastflow.nfe' },
    })
  })

  it('refuse what the endpoint refuses, and other endpoints', async () => {
    const refused = await post('/v1/jobs', { endpoint, body: { prompt: 'red', n: 0 } })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: { param: 'body.n' } })
    expect((await post('/v1/jobs', { endpoint: '/v1/chat', body: {} })).status).toBe(400)
    const streamed = await post('/v1/jobs', { endpoint, body: { prompt: 'red', stream: true } })
    expect(await streamed.json()).toMatchObject({ error: { param: 'body.stream' } })
  })
})

describe('Idempotency-Key', () => {
  const again = (key: string, body: object) => post(endpoint, body, { 'idempotency-key': key })

  it('is the same job, at the same time and later', async () => {
    const answers = await Promise.all(['a', 'a'].map((key) => again(key, { prompt: 'red' })))
    answers.push(await again('a', { prompt: 'red' }))
    const [first, ...others] = await Promise.all(answers.map((answer) => answer.json()))
    expect(others).toEqual([first, first])
  })

  it('refuses another request', async () => {
    await again('b', { prompt: 'red' })
    const other = await again('b', { prompt: 'blue' })
    expect(other.status).toBe(422)
    expect(await other.json()).toMatchObject({ error: { code: 'idempotency_key_reused' } })
  })
})

describe('a client that goes', () => {
  it('cancels its request', async () => {
    const gone = new AbortController()
    const asked = live.client.images.generate(long as unknown as OpenAI.ImageGenerateParams, {
      signal: gone.signal,
    })
    const refused = expect(asked).rejects.toBeInstanceOf(OpenAI.APIUserAbortError)
    const running = async () => (await metric('fastflow_queue_running')) === 1
    while (!(await running()));
    gone.abort()
    await refused
    while (await running());
    expect(await metric('fastflow_cancellations_total{model="words"}')).toBeGreaterThan(0)
  })
})

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${live.base}/metrics`)).text()
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}

it.each([
  ['following /srv/models/my emoji/policies/ab12.json', 'following ab12.json'],
  ['passed over: C:\\models\\x\\plan.json: is damaged', 'passed over: plan.json: is damaged'],
  ['"file:///srv/a/b.onnx" and /v1/images stay /apart', '"b.onnx" and images stay /apart'],
  ['8 / 50 steps, 3/4 of a km/h', '8 / 50 steps, 3/4 of a km/h'],
])('what is told of %j names no folder', (text, told) => {
  expect(withoutFolders(text)).toBe(told)
})

it('answers name no folder of the server', async () => {
  const notes = ['following /srv/models/words/policies/ab12.json']
  const told: Pipeline = {
    ...words,
    generate: async (...args) => ({ ...(await words.generate(...args)), notes }),
  }
  await using own = await serving({ models: { told } })
  const answer = await own.client.images.generate({ prompt: 'red' })
  expect(answer).toMatchObject({ fastflow: { notes: ['following ab12.json'] } })
})

describe('videos', () => {
  const create = (fields: object = {}) =>
    live.client.videos.create({
      model: 'motion',
      prompt: 'red',
      ...fields,
    } as OpenAI.VideoCreateParams)

  it('are made, looked at, fetched and deleted with the official client', async () => {
    const video = await create({ seconds: '0.5', seed: 2 })
    expect(video).toMatchObject({ object: 'video', model: 'motion', seconds: '0.5', size: '16x16' })
    await ended(`${live.base}/v1/jobs/${video.id}`)
    expect(await live.client.videos.retrieve(video.id)).toMatchObject({
      status: 'completed',
      progress: 100,
      error: null,
      fastflow: { images: [{ seed: 2 }] },
    })
    const content = await live.client.videos.downloadContent(video.id)
    expect(content.headers.get('content-type')).toBe('image/webp')
    expect((await content.arrayBuffer()).byteLength).toBeGreaterThan(50)
    const first = await live.client.videos.downloadContent(video.id, { variant: 'thumbnail' })
    expect(first.headers.get('content-type')).toBe('image/png')
    expect(await live.client.videos.delete(video.id)).toEqual({
      id: video.id,
      object: 'video.deleted',
      deleted: true,
    })
    await expect(live.client.videos.retrieve(video.id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
  })

  it('are listed part by part, each key its own', async () => {
    const keys = ['ann', 'bob'].map((id) => ({ id, sha256: createHash('sha256').update(id).digest('hex') }))
    await using own = await serving({ models: { motion }, keys, work: 0 }, 'ann')
    const ids: string[] = []
    for (const prompt of ['red', 'green', 'blue'])
      ids.push((await own.client.videos.create({ prompt } as OpenAI.VideoCreateParams)).id)
    const newest = [...ids].reverse()
    const page = await own.client.videos.list({ limit: 2 })
    expect(page.data.map(({ id }) => id)).toEqual(newest.slice(0, 2))
    expect(page.data[0]).toMatchObject({ object: 'video', prompt: 'blue', status: 'queued' })
    const all: string[] = []
    for await (const { id } of own.client.videos.list({ limit: 2 })) all.push(id)
    expect(all).toEqual(newest)
    const inOrder = await own.client.videos.list({ order: 'asc' })
    expect(inOrder.data.map(({ id }) => id)).toEqual(ids)
    const others = new OpenAI({ apiKey: 'bob', baseURL: `${own.base}/v1`, maxRetries: 0 })
    expect((await others.videos.list()).data).toEqual([])
    for (const query of [{ after: ids[0]! }, { limit: 101 }, { order: 'up' as 'asc' }])
      await expect(others.videos.list(query)).rejects.toMatchObject({
        status: 400,
        param: Object.keys(query)[0],
      })
  })

  it('are not there before they are', async () => {
    const video = await create({ num_inference_steps: 10_000, quality: 'high' })
    await expect(live.client.videos.downloadContent(video.id)).rejects.toMatchObject({ status: 409 })
    await live.client.videos.delete(video.id)
    await expect(live.client.videos.retrieve(video.id)).rejects.toMatchObject({ status: 404 })
  })

  it('are refused of models of images, and for too long', async () => {
    await expect(create({ model: 'words' })).rejects.toMatchObject({ status: 400, param: 'model' })
    await expect(create({ seconds: '60' })).rejects.toMatchObject({ status: 400, param: 'seconds' })
    await expect(create({ size: '64x64' })).rejects.toMatchObject({ status: 400, param: 'size' })
  })
})
