import { describe, expect, it } from 'vitest'
import { cdp } from 'vitest/browser'
import { createModelRunner, type Notice } from '../src/index.ts'
import { sha256 } from './support/fixture.ts'

const wasm = { executionProviders: ['wasm'], threads: 1 } as const

/** Loads a model, and disposes of it. */
async function load(url: string, cache = true): Promise<{ digest: string; notices: Notice[] }> {
  const notices: Notice[] = []
  const runner = await createModelRunner(url, {
    ...wasm,
    cache,
    onNotice: (notice) => {
      if (notice.kind === 'uncached') notices.push(notice)
    },
  })
  await runner.dispose()
  return { digest: runner.digest, notices }
}

const sent = async (path: string): Promise<number> => Number(await (await fetch(`/sent/${path}`)).text())

describe('cached model files', () => {
  it('are sent once', async () => {
    const first = await load('/counted/once/affine.onnx')
    expect(await load('/counted/once/affine.onnx')).toEqual(first)
    expect(first.notices).toEqual([])
    expect(await sent('once/affine.onnx')).toBe(1)
  })

  it('are sent each time without a cache', async () => {
    await load('/counted/never/affine.onnx', false)
    await load('/counted/never/affine.onnx', false)
    expect(await sent('never/affine.onnx')).toBe(2)
  })

  it('are sent again where the copy is damaged', async () => {
    const url = '/counted/damaged/affine.onnx'
    const { digest } = await load(url)
    const cache = await caches.open('fastflow-models-1')
    const kept = await cache.match(url)
    const bytes = new Uint8Array(await kept!.arrayBuffer())
    bytes[20]! ^= 1
    await cache.put(url, new Response(bytes, { headers: kept!.headers }))
    expect((await load(url)).digest).toBe(digest)
    expect(await sent('damaged/affine.onnx')).toBe(2)
  })

  it.each(['slow.onnx', 'external.onnx'])('are not kept where they are cut short: %s', async (file) => {
    const cache = await caches.open('fastflow-models-1')
    const url = `/repaired/${file}`
    await expect(load(url)).rejects.toMatchObject({ code: 'model-unreadable' })
    expect(await cache.match(url)).toBeUndefined()
    if (file.startsWith('external')) {
      // The model is whole now, and the file with its weights cut.
      await expect(load(url)).rejects.toMatchObject({ code: 'model-unreadable' })
      expect(await cache.match(url)).toBeUndefined()
    }
    const { digest } = await load(url)
    expect(await cache.match(url)).toBeDefined()
    expect((await load(url)).digest).toBe(digest)
    expect(await sent(file)).toBe(file.startsWith('external') ? 3 : 2)
  })

  it('are sent again where the copy has another length than the server says', async () => {
    const url = '/counted/cut/affine.onnx'
    const { digest } = await load(url)
    const cache = await caches.open('fastflow-models-1')
    const kept = await cache.match(url)
    const bytes = new Uint8Array(await kept!.arrayBuffer()).slice(0, -10)
    const headers = new Headers(kept!.headers)
    headers.set('content-length', String(bytes.length))
    headers.set('x-fastflow-sha256', await sha256(bytes))
    await cache.put(url, new Response(bytes, { headers }))
    expect((await load(url)).digest).toBe(digest)
    expect(await sent('cut/affine.onnx')).toBe(2)
  })

  it('are sent again where the server has another version', async () => {
    const cache = await caches.open('fastflow-models-1')
    await load('/changing/affine.onnx')
    const before = await cache.match('/changing/affine.onnx')
    await load('/changing/affine.onnx')
    const after = await cache.match('/changing/affine.onnx')
    const version = 'x-fastflow-validator'
    expect(after?.headers.get(version)).not.toBe(before?.headers.get(version))
  })

  it('are not kept where versions cannot be told apart, and that is said', async () => {
    const { notices } = await load('/unnamed/affine.onnx')
    expect(notices).toEqual([{ kind: 'uncached', message: expect.stringContaining('neither ETag') }])
  })

  it('are not kept where storage is full: the model runs all the same, and that is said', async () => {
    const { origin } = location
    await cdp().send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 })
    try {
      const { notices } = await load('/counted/full/affine.onnx')
      const message = expect.stringMatching(/storage for this page is full .* clear site data/)
      expect(notices).toEqual([{ kind: 'uncached', message }])
    } finally {
      await cdp().send('Storage.overrideQuotaForOrigin', { origin })
    }
  })
})
