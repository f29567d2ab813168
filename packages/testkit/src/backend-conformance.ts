import type { Backend, LoadProgress, ModelFolder } from '@fastflow/core'
import { describe, expect, it } from 'vitest'
import { describePolicyStore } from './policy-store-conformance.ts'
import { float32 } from './tensors.ts'

export interface BackendUnderTest {
  create(): Backend
  /** Where the backend finds `packages/testkit/fixtures`. */
  readonly fixtures: string
  /** A location where there is no folder. */
  readonly missing: string
  /** A fresh, empty place for policies. */
  emptyStore(): string | Promise<string>
}

/** What every `Backend` must do, its folders and its policy store included. */
export function describeBackend(name: string, adapter: BackendUnderTest): void {
  const open = (): Promise<ModelFolder> => adapter.create().open(adapter.fixtures)

  describe(`Backend: ${name}`, () => {
    it('has a version and a name', () => {
      expect(adapter.create()).toMatchObject({ version: 1, name: expect.stringMatching(/^[a-z-]+$/) })
    })

    it('refuses a folder that is not there', async () => {
      const refusal = { code: 'model-not-found', message: expect.stringContaining(adapter.missing) }
      await expect(adapter.create().open(adapter.missing)).rejects.toMatchObject(refusal)
    })

    it('tells a memory of some size, or none', () => {
      const bytes = adapter.create().memory?.()
      expect(bytes === undefined || (Number.isSafeInteger(bytes) && bytes > 2 ** 20)).toBe(true)
    })

    describeFiles(open)
    describeLoading(open)
  })

  describePolicyStore(`${name}, its own`, async () =>
    adapter.create().policyStore(await adapter.emptyStore()),
  )
}

function describeFiles(open: () => Promise<ModelFolder>): void {
  it('knows what is in a folder, and reads it', async () => {
    const folder = await open()
    expect(await folder.has('weights.bin')).toBe(true)
    expect(await folder.has('absent.bin')).toBe(false)
    expect(await folder.has('absent/model.onnx')).toBe(false)
    const bytes = await folder.read('weights.bin')
    // Not a Buffer, whose `slice` and other methods mean something else.
    expect(bytes.constructor).toBe(Uint8Array)
    expect([...new Float32Array(bytes.slice().buffer)]).toEqual([2, 3, 5])
  })

  it('names a missing file', async () => {
    const folder = await open()
    const refusal = { code: 'model-not-found', field: 'unet/absent.onnx' }
    await expect(folder.read('unet/absent.onnx')).rejects.toMatchObject(refusal)
    for (const call of loadersOf(folder))
      await expect(call('unet/absent.onnx')).rejects.toMatchObject(refusal)
  })

  it.each([
    '',
    '..',
    '../package.json',
    'unet/../../package.json',
    '..\\package.json',
    '/etc/hosts',
    'C:\\Windows\\win.ini',
    'c:win.ini',
    '\\\\server\\share',
    'weights.bin\0.onnx',
  ])('refuses to leave the folder by %j', async (path) => {
    const folder = await open()
    const refusal = { code: 'invalid-argument', field: 'path' }
    await expect(folder.has(path)).rejects.toMatchObject(refusal)
    await expect(folder.read(path)).rejects.toMatchObject(refusal)
    for (const call of loadersOf(folder)) await expect(call(path)).rejects.toMatchObject(refusal)
  })
}

/** What reads a network of a folder; not every backend tells digests and sizes without loading. */
function loadersOf({ load, digest, size }: ModelFolder): readonly ((path: string) => Promise<unknown>)[] {
  return [load, digest, size].filter((call) => call !== undefined)
}

function describeLoading(open: () => Promise<ModelFolder>): void {
  it('loads and runs a model, and reports progress up to ready', async () => {
    const folder = await open()
    const reports: LoadProgress[] = []
    const runner = await folder.load('affine.onnx', { onProgress: (progress) => reports.push(progress) })
    const { outputs } = await runner.run({ x: float32([1, 2, 3], [1, 3]) })
    await runner.dispose()
    expect(outputs.y).toEqual(float32([3, 5, 7], [1, 3]))
    const order = reports.map((report) => report.status)
    expect(order.filter((status) => status !== 'progress')).toEqual(['initiate', 'done', 'ready'])
    for (const report of reports) expect(report).toMatchObject({ name: folder.location, file: 'affine.onnx' })
    const last = reports.filter((report) => report.status === 'progress').at(-1)
    expect(last).toMatchObject({ progress: 100, loaded: last?.total })
  })

  it('stops loading when its signal says so, and loads again', async () => {
    const folder = await open()
    const signal = { aborted: false }
    const loading = folder.load('affine.onnx', {
      signal,
      onProgress: () => {
        signal.aborted = true
      },
    })
    await expect(loading).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
    await (await folder.load('affine.onnx')).dispose()
  })

  it('reads nothing for a load whose signal is aborted before', async () => {
    const folder = await open()
    const reports: LoadProgress[] = []
    const signal = AbortSignal.abort(new Error('changed my mind'))
    const options = { signal, onProgress: (progress: LoadProgress) => reports.push(progress) }
    const refusal = { code: 'aborted', field: 'signal', cause: { message: 'changed my mind' } }
    await expect(folder.load('affine.onnx', options)).rejects.toMatchObject(refusal)
    // Not even whether the file is there has been asked.
    await expect(folder.load('missing.onnx', options)).rejects.toMatchObject(refusal)
    expect(reports).toEqual([])
  })

  it('frees a network whose signal is aborted when it is ready', async () => {
    const folder = await open()
    const signal = { aborted: false }
    const loading = folder.load('affine.onnx', {
      signal,
      onProgress: ({ status }) => {
        signal.aborted = status === 'ready'
      },
    })
    await expect(loading).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
  })

  it('runs several models of one folder side by side', async () => {
    const folder = await open()
    const runners = await Promise.all([folder.load('affine.onnx'), folder.load('nan.onnx')])
    expect(runners[0].digest).not.toBe(runners[1].digest)
    await Promise.all(runners.map((runner) => runner.dispose()))
  })

  it('refuses a file that is no model', async () => {
    const folder = await open()
    const refusal = { code: 'model-unreadable', field: 'weights.bin' }
    for (const call of loadersOf(folder)) await expect(call('weights.bin')).rejects.toMatchObject(refusal)
  })

  it.each(['affine.onnx', 'external.onnx'])(
    'tells the digest of %s before it is loaded, and its size, if at all',
    async (path) => {
      const folder = await open()
      const digests = [await folder.digest?.(path), await folder.digest?.(path)]
      const bytes = await folder.size?.(path)
      const runner = await folder.load(path)
      await runner.dispose()
      if (folder.digest !== undefined) expect(digests).toEqual([runner.digest, runner.digest])
      if (folder.size === undefined) return
      const files = path === 'external.onnx' ? [path, 'weights.bin'] : [path]
      const contents = await Promise.all(files.map((file) => folder.read(file)))
      expect(bytes).toBe(contents.reduce((sum, { length }) => sum + length, 0))
    },
  )

  it('runs a network whether or not its weights stay in their files', async () => {
    const folder = await open()
    const x = { type: 'float32', dims: [3], data: Float32Array.of(1, 2, 3) } as const
    for (const mapWeights of [true, false]) {
      const runner = await folder.load('external.onnx', { mapWeights })
      const { outputs } = await runner.run({ x })
      await runner.dispose()
      expect(outputs.y?.data).toEqual(Float32Array.of(2, 6, 15))
    }
    await expect(folder.load('external.onnx', { mapWeights: 'yes' as never })).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'mapWeights',
    })
  })

  it('refuses threads that are no positive whole number', async () => {
    const folder = await open()
    for (const threads of [0, -1, 1.5, Number.NaN]) {
      const refusal = { code: 'invalid-argument', field: 'threads' }
      await expect(folder.load('affine.onnx', { threads })).rejects.toMatchObject(refusal)
    }
  })
}
