import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import type { Pipeline } from '@fastflow/pipelines'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, memoryQueue, parseKeys } from '../src/index.ts'
import { type Serving, serving, tiny } from './support/serving.ts'

let words: Pipeline

beforeAll(async () => {
  words = await tiny('words')
})

afterAll(() => words.dispose())

const sha256 = (key: string) => createHash('sha256').update(key).digest('hex')
const keys = [
  { id: 'ann', sha256: sha256('key-of-ann') },
  { id: 'bob', sha256: sha256('key-of-bob') },
]
const endpoint = '/v1/images/generations'
const long = { prompt: 'red', num_inference_steps: 10_000, quality: 'high' }
const limits = { steps: 10_000 }

function post(base: string, path: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

describe('keys', () => {
  it('let in those who have one, and keep jobs apart', async () => {
    await using live = await serving({ models: { words }, keys }, 'key-of-ann')
    const { data } = await live.client.models.list()
    expect(data).toHaveLength(1)
    const client = (apiKey: string) => new OpenAI({ apiKey, baseURL: `${live.base}/v1`, maxRetries: 0 })
    await expect(client('key-of-eve').models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    const job = await live.client.post<{ id: string }>('/jobs', {
      body: { endpoint, body: { prompt: 'red' } },
    })
    await expect(client('key-of-bob').get(`/jobs/${job.id}`)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
    expect(await live.client.get(`/jobs/${job.id}`)).toMatchObject({ id: job.id })
    const bare = await fetch(`${live.base}/v1/models`)
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
    for (const path of ['/livez', '/readyz', '/metrics', '/openapi.json'])
      expect((await fetch(`${live.base}${path}`)).status).toBe(200)
  })

  it('are read from lines', () => {
    const text = `# who may ask\n\nann ${sha256('x')}\r\nbob ${sha256('y')}\n`
    expect(parseKeys(text)).toEqual([
      { id: 'ann', sha256: sha256('x') },
      { id: 'bob', sha256: sha256('y') },
    ])
    expect(() => parseKeys('ann x')).toThrow('keys line 1.sha256')
    expect(() => parseKeys(`ann ${sha256('x')} more`)).toThrow('keys line 1')
    expect(() => parseKeys('# none')).toThrow('keys')
  })

  it('are asked for where others can reach the server', async () => {
    const server = await createServer({ models: { words } })
    await expect(server.listen({ host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ field: 'host' })
    await server.close(0)
  })
})

describe('too much at once', () => {
  it('of one key is 429 with Retry-After', async () => {
    await using live = await serving(
      { models: { words }, keys, limits: { ...limits, perKey: 2 } },
      'key-of-ann',
    )
    const submit = () => live.client.post<{ id: string }>('/jobs', { body: { endpoint, body: long } })
    const [one] = [await submit(), await submit()]
    const refused = await submit().catch((error) => error)
    expect(refused).toBeInstanceOf(OpenAI.RateLimitError)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    await live.client.delete(`/jobs/${one.id}`)
    await submit()
  })

  it('for the queue is 503 with Retry-After', async () => {
    const queue = await memoryQueue({ limit: 1 })
    await using live = await serving({ models: { words }, queue, work: 0, limits })
    expect((await post(live.base, '/v1/jobs', { endpoint, body: long })).status).toBe(202)
    const refused = await post(live.base, '/v1/jobs', { endpoint, body: long })
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, 1])
    expect(await refused.json()).toMatchObject({ error: { code: 'queue_full', type: 'server_error' } })
  })

  it('takes longer than a request may: 503, and the job is cancelled', async () => {
    await using live = await serving({ models: { words }, work: 0, limits: { seconds: 0.05 } })
    const refused = await post(live.base, endpoint, { prompt: 'red' }, { 'idempotency-key': 'x' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    const metrics = await (await fetch(`${live.base}/metrics`)).text()
    expect(metrics).toContain('fastflow_queue_waiting 0')
  })

  it('takes longer than a job may: 503', async () => {
    await using live = await serving({ models: { words }, limits: { ...limits, seconds: 0.5 } })
    const job = (await (await post(live.base, '/v1/jobs', { endpoint, body: long })).json()) as {
      events_url: string
    }
    const events = await (await fetch(job.events_url)).text()
    expect(events).toContain('"code":"timeout"')
  })
})

describe('what is no request', () => {
  let live: Serving
  beforeAll(async () => {
    live = await serving({ models: { words }, limits: { body: 65_536 } })
  })
  afterAll(() => live[Symbol.asyncDispose]())

  it.each([
    ['JSON cut short', 400, endpoint, '{"prompt": "re', 'application/json'],
    ['a list', 400, endpoint, '[]', 'application/json'],
    ['nothing', 400, endpoint, '', 'application/json'],
    ['another type', 415, endpoint, 'prompt', 'text/csv'],
    ['a text', 415, endpoint, '{"prompt":"red"}', 'text/plain'],
    ['a form where there is none', 400, endpoint, '--b--', 'multipart/form-data; boundary=b'],
    ['a form without a boundary', 400, '/v1/images/edits', 'x', 'multipart/form-data'],
    [
      'a form cut short',
      400,
      '/v1/images/edits',
      '--b\r\nContent-Disposition: form-data; name="prompt"',
      'multipart/form-data; boundary=b',
    ],
    ['a form that is none', 400, '/v1/images/edits', 'no form', 'multipart/form-data; boundary=b'],
    [
      'a body that is too large',
      413,
      endpoint,
      JSON.stringify({ prompt: 'x'.repeat(70_000) }),
      'application/json',
    ],
    ['a path there is not', 404, '/v1/chat/completions', '{}', 'application/json'],
    ['a method there is not', 405, '/v1/models', '{}', 'application/json'],
  ])('%s is answered %i', async (_, status, path, body, type) => {
    const answer = await post(live.base, path, body, { 'content-type': type })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
    if (status === 405) expect(answer.headers.get('allow')).toContain('GET')
  })

  it('no body and no type is answered 400', async () => {
    for (const path of [endpoint, '/v1/images/edits', '/v1/videos', '/v1/jobs'])
      expect((await fetch(`${live.base}${path}`, { method: 'POST' })).status).toBe(400)
  })

  it('sockets that close half way leave nothing behind', async () => {
    const { port } = new URL(live.base)
    const head = `POST ${endpoint} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"prompt":`
    for (let k = 0; k < 5; k++) {
      await new Promise<void>((resolve, reject) => {
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(head))
        socket.on('error', reject).on('close', () => resolve())
        socket.resume()
      })
    }
    const metrics = await (await fetch(`${live.base}/metrics`)).text()
    expect(metrics).toContain('fastflow_queue_waiting 0')
    expect(metrics).toContain('fastflow_queue_running 0')
    expect((await live.client.images.generate({ prompt: 'red' })).data).toHaveLength(1)
  })
})

describe('moderation', () => {
  it('is what the server is given', async () => {
    const asked: string[] = []
    const moderate = (prompt: string, level: string) => {
      asked.push(`${level}: ${prompt}`)
      return prompt === 'red' ? undefined : 'is not drawn here'
    }
    await using live = await serving({ models: { words }, moderate })
    await live.client.images.generate({ prompt: 'red', moderation: 'low' })
    const refused = live.client.images.generate({ prompt: 'blue' })
    await expect(refused).rejects.toMatchObject({ status: 400, param: 'prompt', code: 'moderation_blocked' })
    expect(asked).toEqual(['low: red', 'auto: blue'])
  })
})

describe('health', () => {
  it('is not ready before models are there, nor when one cannot be loaded', async () => {
    let come = (_: Pipeline): void => {}
    const later = new Promise<Pipeline>((resolve) => {
      come = resolve
    })
    const server = await createServer({
      models: { words: later, broken: Promise.reject(new Error('no file')) },
    })
    const base = await server.listen({ port: 0 })
    const ready = async () => (await fetch(`${base}/readyz`)).json()
    expect(await ready()).toEqual({
      status: 'not ready',
      models: [],
      problems: ['broken could not be loaded', 'words is being loaded'],
    })
    const refused = await post(base, endpoint, { prompt: 'red' })
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    come(words)
    await expect(server.ready()).rejects.toThrow('no file')
    expect((await ready()) as object).toMatchObject({ models: ['words'] })
    expect((await post(base, endpoint, { prompt: 'red' })).status).toBe(200)
    await server.close(0)
  })
})

describe('a log', () => {
  it('has a line a request and a job, and no prompt', async () => {
    const lines: string[] = []
    const log = { level: 'info', stream: { write: (line: string) => void lines.push(line) } }
    {
      await using live = await serving({ models: { words }, keys, log }, 'key-of-ann')
      await live.client.images.generate(
        { prompt: 'red green', ...({ negative_prompt: 'blue' } as object) },
        { headers: { 'x-request-id': 'mine-1' } },
      )
    }
    const text = lines.join('')
    expect(text).toContain('"reqId":"mine-1"')
    expect(text).toContain('"outcome":"completed"')
    for (const secret of ['red green', 'blue', 'key-of-ann']) expect(text).not.toContain(secret)
  })
})

describe('close', () => {
  it('lets what runs finish, and keeps what waits', async () => {
    const queue = await memoryQueue()
    const live = await serving({ models: { words }, queue, limits })
    const running = post(live.base, endpoint, { prompt: 'red', num_inference_steps: 2000, quality: 'high' })
    while ((await queue.stats()).running === 0) await new Promise(setImmediate)
    const waiting = post(live.base, endpoint, { prompt: 'green' })
    while ((await queue.stats()).waiting === 0) await new Promise(setImmediate)
    const closed = live.server.close(60)
    expect((await waiting).status).toBe(503)
    expect((await running).status).toBe(200)
    await closed
    expect(await queue.stats()).toMatchObject({ waiting: 1, running: 0 })
  })

  it('gives back what does not finish', async () => {
    const queue = await memoryQueue()
    const live = await serving({ models: { words }, queue, limits })
    const submitted = await post(live.base, '/v1/jobs', { endpoint, body: long })
    const { id } = (await submitted.json()) as { id: string }
    while ((await queue.stats()).running === 0) await new Promise(setImmediate)
    await live.server.close(0)
    expect(await queue.read(id)).toMatchObject({ state: 'queued', attempts: 0 })
  })
})
