import type { Tensor } from '@fastflow/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createModelRunner, type Notice, webBackend } from '../src/index.ts'
import { fixture } from './support/fixture.ts'
import { patchedWorker } from './support/patched-worker.ts'

const row: Tensor = { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) }
const wasm = { executionProviders: ['wasm'], threads: 1 } as const

afterEach(() => vi.unstubAllGlobals())

describe('what networks run on', () => {
  it('without WebGPU: WebAssembly, and the reason is told', async () => {
    const notices: Notice[] = []
    const worker = patchedWorker("Object.defineProperty(navigator, 'gpu', { value: undefined })")
    const backend = webBackend({ worker, threads: 2, onNotice: (notice) => notices.push(notice) })
    const { chosen, tried } = await backend.support()
    expect(chosen).toMatchObject({ executionProvider: 'wasm', threads: 2, works: true })
    expect(tried[0]).toMatchObject({ executionProvider: 'webgpu', works: false })
    expect(tried[0]?.reason).toBe('there is no WebGPU: this browser has none')
    expect(notices).toEqual([
      { kind: 'execution-provider', message: expect.stringContaining('WebGPU: there is no WebGPU') },
    ])
    // Found once, and told once.
    expect(await backend.support()).toEqual({ chosen, tried })
    expect(notices).toHaveLength(1)
  })

  it('threads that never start: one thread, after a while, and the reason is told', async () => {
    // What blockers do: the workers behind threads are made, load nothing and raise no error.
    const patch = `globalThis.Worker = class extends EventTarget {
      postMessage() {}
      terminate() {}
    }`
    const options = { worker: patchedWorker(patch), threads: 2, startTimeout: 1000 }
    const backend = webBackend({ ...options, executionProviders: ['wasm'] })
    const { chosen, tried } = await backend.support()
    expect(chosen).toMatchObject({ executionProvider: 'wasm', threads: 1, works: true })
    expect(tried[0]).toMatchObject({ threads: 2, works: false })
    expect(tried[0]?.reason).toMatch(/^it did not start within 1 s of its download/)
    const folder = await backend.open('/testkit')
    const runner = await folder.load('affine.onnx')
    expect((await runner.run({ x: row })).outputs.total?.data).toEqual(Float32Array.of(15))
    await runner.dispose()
  })

  it('a software adapter is left alone where WebAssembly may be used', async () => {
    const { chosen, tried } = await webBackend().support()
    expect(chosen.executionProvider).toBe('wasm')
    expect(tried[0]?.reason).toContain('software adapter only')
  })

  it('nothing that works is an error that tells all reasons', async () => {
    const worker = patchedWorker("Object.defineProperty(navigator, 'gpu', { value: undefined })")
    const refusal = {
      code: 'unsupported',
      field: 'executionProviders',
      message: expect.stringContaining('WebGPU: there is no WebGPU'),
    }
    const backend = webBackend({ worker, executionProviders: ['webgpu'] })
    await expect(backend.support()).rejects.toMatchObject(refusal)
  })

  it('without isolation: one thread, and the headers that are missing', async () => {
    vi.stubGlobal('crossOriginIsolated', false)
    const { chosen, tried } = await webBackend({ executionProviders: ['wasm'], threads: 2 }).support()
    expect(chosen).toMatchObject({ executionProvider: 'wasm', threads: 1, works: true })
    expect(tried[0]).toMatchObject({ executionProvider: 'wasm', threads: 2, works: false })
    expect(tried[0]?.reason).toContain('Cross-Origin-Embedder-Policy: require-corp')
  })

  it('threads that do not start: one thread', async () => {
    const worker = patchedWorker('globalThis.Worker = class { constructor() { throw new Error("no more") } }')
    const { chosen, tried } = await webBackend({ worker, executionProviders: ['wasm'], threads: 2 }).support()
    expect(chosen).toMatchObject({ threads: 1, works: true })
    expect(tried.map(({ works }) => works)).toEqual([false, true])
  })

  it('a worker that is not served says so', async () => {
    const worker = (): Worker => new Worker('/testkit/absent.js', { type: 'module' })
    const refusal = { code: 'unsupported', message: expect.stringContaining('is its file served') }
    await expect(webBackend({ worker, ...wasm }).support()).rejects.toMatchObject(refusal)
  })

  it('a runtime of before says its version and the one that is needed', async () => {
    const backend = webBackend({ runtime: '/old-runtime/', ...wasm })
    const message = expect.stringContaining(
      'onnxruntime-web 1.17.0 is too old, 1.30 or later is needed; run: npm install onnxruntime-web@latest',
    )
    await expect(backend.support()).rejects.toMatchObject({ code: 'unsupported', message })
  })

  it('a runtime that is not served says so', async () => {
    const backend = webBackend({ runtime: '/testkit/absent/', ...wasm })
    const refusal = { code: 'unsupported', message: expect.stringContaining('dist folder') }
    await expect(backend.support()).rejects.toMatchObject(refusal)
  })

  it.each([
    ['executionProviders', []],
    ['executionProviders', ['webgl']],
    ['threads', 0],
  ])('refuses %s: %j', (field, value) => {
    const refusal = { code: 'invalid-argument', field }
    expect(() => webBackend({ [field]: value })).toThrow(expect.objectContaining(refusal))
  })
})

describe('model files', () => {
  it.each([
    ['/testkit/absent.onnx', 'model-not-found', 'answers 404'],
    ['/page/model.onnx', 'model-not-found', 'web page in its place'],
    ['/failing/affine.onnx', 'model-unreadable', 'answers 500'],
    ['/short/slow.onnx', 'model-unreadable', 'ended early'],
    ['http://localhost:9/affine.onnx', 'model-unreadable', 'are you online'],
  ])('%s is refused: %s, %s', async (url, code, words) => {
    const refusal = { code, field: url, message: expect.stringContaining(words) }
    await expect(createModelRunner(url, wasm)).rejects.toMatchObject(refusal)
  })

  it('that the page knows of are not asked for', async () => {
    const asked = vi.spyOn(globalThis, 'fetch')
    const folder = await webBackend({ filesOf: () => ['affine.onnx', 'policies/a b.json'] }).open('/testkit')
    expect(await folder.has('affine.onnx')).toBe(true)
    expect(await folder.has('policies/a b.json')).toBe(true)
    expect(await folder.has('policies/other.json')).toBe(false)
    await expect(folder.has('../other')).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(asked).not.toHaveBeenCalled()
    asked.mockRestore()
    expect(new TextDecoder().decode(await folder.read('affine.onnx'))).toContain('total')
  })

  it('with weights beside them are loaded, and counted into the digest', async () => {
    const runner = await createModelRunner('/testkit/external.onnx', wasm)
    const x: Tensor = { type: 'float32', dims: [3], data: Float32Array.of(1, 2, 3) }
    const { outputs } = await runner.run({ x })
    await runner.dispose()
    expect(outputs.y?.data).toEqual(Float32Array.of(2, 6, 15))
    expect(runner.digest).toMatch(/^[0-9a-f]{64}$/)
  })

  it.each(['external-parent', 'external-absolute', 'external-nested'])('%s is refused', async (name) => {
    const refusal = { code: 'model-unreadable', message: expect.stringContaining('outside its own folder') }
    await expect(createModelRunner(`/testkit/${name}.onnx`, wasm)).rejects.toMatchObject(refusal)
  })

  it.each(['initiate', 'ready'])(
    'loading ends when an onProgress of the caller throws at %s',
    async (status) => {
      const onProgress = (progress: { status: string }): void => {
        if (progress.status === status) throw new TypeError('no bar')
      }
      const loading = createModelRunner('/testkit/affine.onnx', { ...wasm, onProgress })
      await expect(loading).rejects.toThrow('no bar')
    },
  )
})

describe('memory', () => {
  it('that runs out is told in words, and the model can be loaded again', async () => {
    // The runtime begins with 16 MB and finds that it cannot have more.
    const patch = 'WebAssembly.Memory.prototype.grow = () => { throw new RangeError("no room") }'
    const model = await fixture('affine.onnx')
    const runner = await createModelRunner(model, { ...wasm, worker: patchedWorker(patch) })
    const rows = 4_000_000
    const x: Tensor = { type: 'float32', dims: [rows, 3], data: new Float32Array(3 * rows) }
    const refusal = { code: 'model-failed', message: expect.stringContaining('ran out of memory') }
    await expect(runner.run({ x })).rejects.toMatchObject(refusal)
    await runner.dispose()
    const again = await createModelRunner(model, wasm)
    expect((await again.run({ x: row })).outputs.total?.data).toEqual(Float32Array.of(15))
    await again.dispose()
  })

  it('a worker that breaks fails the call under way and later ones; the next load starts another', async () => {
    const patch = 'new BroadcastChannel("break").onmessage = () => { throw new Error("out of luck") }'
    const backend = webBackend({ ...wasm, worker: patchedWorker(patch) })
    const folder = await backend.open('/testkit')
    const runner = await folder.load('slow.onnx')
    const rounds: Tensor = { type: 'int64', dims: [], data: BigInt64Array.of(200n) }
    const x: Tensor = { type: 'float32', dims: [], data: Float32Array.of(1) }
    const refusal = { code: 'model-failed', message: expect.stringContaining('load the model again') }
    const runOn = async (): Promise<never> => {
      await runner.run({ x, rounds })
      new BroadcastChannel('break').postMessage('now')
      for (;;) await runner.run({ x, rounds })
    }
    await expect(runOn()).rejects.toMatchObject(refusal)
    await expect(runner.run({ x, rounds })).rejects.toMatchObject(refusal)
    const next = await folder.load('affine.onnx')
    expect((await next.run({ x: row })).outputs.total?.data).toEqual(Float32Array.of(15))
    await Promise.all([runner.dispose(), next.dispose()])
  })
})
