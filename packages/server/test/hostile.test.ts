import { connect, type Socket } from 'node:net'
import { deflateSync } from 'node:zlib'
import { FastFlowError } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryBlobs, memoryQueue } from '../src/index.ts'
import { createTurns } from '../src/routes/turns.ts'
import { type Serving, serving, tiny } from './support/serving.ts'

let words: Pipeline
let editing: Pipeline
let live: Serving
const kept = new Set<string>()

/** Blobs, and which of them are there. */
function countedBlobs() {
  const blobs = memoryBlobs()
  return {
    ...blobs,
    put: async (...args: Parameters<typeof blobs.put>) => {
      const key = await blobs.put(...args)
      kept.add(key)
      return key
    },
    remove: async (key: string) => {
      kept.delete(key)
      await blobs.remove(key)
    },
  }
}

const queue = await memoryQueue({ limit: 8 })

beforeAll(async () => {
  ;[words, editing] = await Promise.all([tiny('words'), tiny('words-edit')])
  live = await serving({
    models: { words, editing },
    queue,
    blobs: countedBlobs(),
    limits: { steps: 10_000 },
  })
})
afterAll(async () => {
  await live[Symbol.asyncDispose]()
  await Promise.all([words.dispose(), editing.dispose()])
})

/** A file of a few kilobytes that says it has so many pixels on a side. */
function pngOf(side: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    check.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, check])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(side, 0)
  head.writeUInt32BE(side, 4)
  head.set([8, 0, 0, 0, 0], 8)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  const rows = deflateSync(Buffer.alloc(1 << 20))
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))])
}

function crc32(bytes: Buffer): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return (crc ^ -1) >>> 0
}

const post = (path: string, body: object): Promise<Response> =>
  fetch(`${live.base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** A connection that sends a request's first bytes. */
const open = (text: string): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(live.base)
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.write(text)
      resolve(socket)
    }).once('error', reject)
  })

const request = (body: string): string =>
  `POST /v1/images/generations HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

async function settled(): Promise<void> {
  for (;;) {
    const { waiting, running } = await queue.stats()
    if (waiting + running === 0) return
    await new Promise(setImmediate)
  }
}

describe('what is too much', () => {
  it('a picture of 30,000 x 30,000 pixels is refused before it is unpacked, as a form and in JSON', async () => {
    const png = pngOf(30_000)
    expect(png.length).toBeLessThan(10_000)
    const form = new FormData()
    form.set('prompt', 'red')
    form.set('model', 'editing')
    form.set('image', new Blob([new Uint8Array(png)], { type: 'image/png' }), 'huge.png')
    const before = kept.size
    const answers = [
      await fetch(`${live.base}/v1/images/edits`, { method: 'POST', body: form }),
      await post('/v1/images/edits', { prompt: 'red', model: 'editing', image: png.toString('base64') }),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        error: { param: 'image', message: expect.stringMatching(/megapixels/) },
      })
    }
    expect(kept.size).toBe(before)
  })

  it('a prompt of 100 kB is refused by its length', async () => {
    const answer = await post('/v1/images/generations', { prompt: 'red '.repeat(25_000) })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { param: 'prompt' } })
  })

  it.each([
    '{"prompt": "red", "prompt',
    '{"__proto__": {"n": 2}, "prompt": "red"}',
    '"red"',
    'null',
    '\u0000',
  ])('the body %j is answered 400', async (body) => {
    const answer = await fetch(`${live.base}/v1/images/generations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(answer.status).toBe(400)
  })
})

it('a queue that cannot be reached is answered 503 with Retry-After', async () => {
  const away = async (): Promise<never> => {
    throw new FastFlowError({
      code: 'output-unwritable',
      field: 'queue',
      message: 'queue: cannot be reached',
    })
  }
  const own = await memoryQueue()
  const broken: typeof own = {
    version: 1,
    submit: away,
    take: (models, signal) => own.take(models, signal),
    read: (id) => own.read(id),
    list: away,
    cancel: away,
    remove: away,
    subscribe: (id, listener) => own.subscribe(id, listener),
    stats: () => own.stats(),
    check: away,
    close: () => own.close(),
  }
  await using served = await serving({ models: { words }, queue: broken })
  const answer = await fetch(`${served.base}/v1/images/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'red' }),
  })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  expect((await fetch(`${served.base}/readyz`)).status).toBe(503)
})

describe('clients', () => {
  it('that send a byte at a time are served, while others are', async () => {
    const text = request('{"prompt":"red"}')
    const slow = await open(text.slice(0, 20))
    const heard = new Promise<string>((resolve) => {
      slow.once('data', (data) => resolve(data.toString()))
    })
    for (const byte of text.slice(20, -1)) {
      slow.write(byte)
      await new Promise(setImmediate)
    }
    expect((await post('/v1/images/generations', { prompt: 'green' })).status).toBe(200)
    slow.write(text.slice(-1))
    expect(await heard).toContain('HTTP/1.1 200')
    slow.destroy()
  })

  it('that go while their job runs leave nothing: no job, no file', async () => {
    await settled()
    const before = kept.size
    const sockets = await Promise.all(
      Array.from({ length: 4 }, (_, seed) =>
        open(request(JSON.stringify({ prompt: 'red', seed, num_inference_steps: 10_000, quality: 'high' }))),
      ),
    )
    while ((await queue.stats()).running === 0) await new Promise(setImmediate)
    for (const socket of sockets) socket.destroy()
    await settled()
    expect(kept.size).toBe(before)
  })

  it('that close their side are gone: their job is cancelled', async () => {
    const half = await open(
      request(JSON.stringify({ prompt: 'red', num_inference_steps: 10_000, quality: 'high' })),
    )
    half.resume()
    while ((await queue.stats()).running === 0) await new Promise(setImmediate)
    half.end()
    await settled()
    expect(await (await fetch(`${live.base}/metrics`)).text()).toContain('fastflow_queue_running 0')
  })

  it('that come all at once begin two a turn, in their order', async () => {
    const turn = createTurns()
    const begun: number[] = []
    const all = Promise.all(Array.from({ length: 5 }, (_, k) => turn().then(() => begun.push(k))))
    const after: number[] = []
    while (begun.length < 5) {
      await new Promise(setImmediate)
      after.push(begun.length)
    }
    await all
    expect(begun).toEqual([0, 1, 2, 3, 4])
    for (const [k, count] of after.entries()) expect(count - (after[k - 1] ?? 0)).toBeLessThanOrEqual(2)
  })
})
