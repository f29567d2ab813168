import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LoadProgress, Tensor } from '@fastflow/core'
import { fixtures } from '@fastflow/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createModelRunner } from '../src/index.ts'
import { startLane } from '../src/lane.ts'
import { runnerOf } from '../src/queue.ts'
import { workerPath } from '../src/thread-link.ts'

const path = (name: string): string => fileURLToPath(new URL(name, fixtures))
const x: Tensor = { type: 'float32', dims: [3], data: Float32Array.of(1, 2, 3) }
const row: Tensor = { ...x, dims: [1, 3] }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('external data', () => {
  it('loads weights beside the model, and counts them into the digest and the progress', async () => {
    const reports: LoadProgress[] = []
    const runner = await createModelRunner(path('external.onnx'), {
      name: 'm.onnx',
      onProgress: (progress) => reports.push(progress),
    })
    const { outputs } = await runner.run({ x })
    await runner.dispose()
    expect(outputs.y?.data).toEqual(Float32Array.of(2, 6, 15))
    const both = await Promise.all(['external.onnx', 'weights.bin'].map((name) => readFile(path(name))))
    expect(runner.digest).toBe(createHash('sha256').update(Buffer.concat(both)).digest('hex'))
    expect(reports.filter(({ status }) => status === 'done').map(({ file }) => file)).toEqual([
      'm.onnx',
      'weights.bin',
    ])
  })

  it('is found whatever the working directory is, and not in the working directory', async () => {
    const lone = join(folder, 'external.onnx')
    await copyFile(path('external.onnx'), lone)
    const refusal = { code: 'model-not-found', field: 'weights.bin' }
    await expect(createModelRunner(lone)).rejects.toMatchObject(refusal)
  })

  it.each(['external-parent', 'external-absolute', 'external-nested'])('%s is refused', async (name) => {
    const refusal = { code: 'model-unreadable', message: expect.stringContaining('outside its own folder') }
    await expect(createModelRunner(path(`${name}.onnx`))).rejects.toMatchObject(refusal)
  })

  it('that is a link to a file elsewhere is refused', async () => {
    const inner = join(folder, 'linked')
    await mkdir(inner)
    await copyFile(path('external.onnx'), join(inner, 'external.onnx'))
    await writeFile(join(folder, 'secret.bin'), new Uint8Array(12))
    await symlink(join(folder, 'secret.bin'), join(inner, 'weights.bin'))
    const refusal = { code: 'model-unreadable', message: expect.stringContaining('outside its own folder') }
    await expect(createModelRunner(join(inner, 'external.onnx'))).rejects.toMatchObject(refusal)
  })
})

describe.skipIf(process.platform === 'win32')('what is no file', () => {
  const kinds: readonly (readonly [string, (path: string) => unknown])[] = [
    ['named pipe', (path) => execFileSync('mkfifo', [path])],
    ['folder', (path) => mkdir(path)],
    ['socket', (path) => listen(path)],
    ['device', (path) => symlink('/dev/zero', path)],
  ]

  it.each(kinds)('is refused as a model: a %s', async (kind, make) => {
    const model = join(folder, `${kind}.onnx`)
    await make(model)
    const refusal = {
      code: 'model-unreadable',
      message: expect.stringContaining(`it is a ${kind}, not a file`),
    }
    await expect(createModelRunner(model)).rejects.toMatchObject(refusal)
  })

  it.each(kinds.slice(0, 3))('is refused as weights beside a model: a %s', async (kind, make) => {
    const inner = join(folder, `weights of ${kind}`)
    await mkdir(inner)
    await copyFile(path('external.onnx'), join(inner, 'external.onnx'))
    await make(join(inner, 'weights.bin'))
    const message = expect.stringMatching(
      new RegExp(`weights.bin cannot be read: it is a ${kind}, not a file`),
    )
    const refusal = { code: 'model-unreadable', field: 'weights.bin', message }
    await expect(createModelRunner(join(inner, 'external.onnx'))).rejects.toMatchObject(refusal)
  })
})

describe('places', () => {
  it('may be file: addresses, as text or as a URL', async () => {
    for (const source of [new URL('affine.onnx', fixtures), new URL('affine.onnx', fixtures).href]) {
      const runner = await createModelRunner(source)
      await runner.dispose()
      expect(runner.inputs).toHaveLength(1)
    }
  })

  it.each<[unknown, string]>([
    ['https://example.com/model.onnx', 'is not on disk; download it and give the path of an .onnx file'],
    ['file://elsewhere/model.onnx', 'no address of an .onnx file'],
    [undefined, 'is undefined, not text'],
    ['', 'is empty'],
  ])('%s say what to pass instead', async (source, problem) => {
    const refusal = { code: 'invalid-argument', field: 'source', message: expect.stringContaining(problem) }
    await expect(createModelRunner(source as string)).rejects.toMatchObject(refusal)
  })
})

/** A socket at `path`, closed after the test. */
async function listen(path: string): Promise<void> {
  const server = createServer()
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(path, resolve))
}

describe('loading', () => {
  it('lists the models of the folder where the one asked for is missing', async () => {
    const refusal = { code: 'model-not-found', message: expect.stringMatching(/affine\.onnx, double\.onnx/) }
    await expect(createModelRunner(path('afine.onnx'))).rejects.toMatchObject(refusal)
  })

  it.each([
    ['an empty path', '', 'invalid-argument'],
    ['a folder', fileURLToPath(fixtures), 'model-unreadable'],
    ['a missing folder', '/no/such/folder/model.onnx', 'model-not-found'],
  ])('refuses %s', async (_, source, code) => {
    await expect(createModelRunner(source)).rejects.toMatchObject({ code })
  })

  it.each(['initiate', 'ready'])('ends when an onProgress of the caller throws at %s', async (status) => {
    const before = workerCount()
    const onProgress = (progress: LoadProgress): void => {
      if (progress.status === status) throw new TypeError('no bar')
    }
    await expect(createModelRunner(path('affine.onnx'), { onProgress })).rejects.toThrow('no bar')
    await expect.poll(workerCount).toBe(before)
  })

  it('takes file URLs', async () => {
    const runner = await createModelRunner(new URL('affine.onnx', fixtures))
    expect(runner.inputs).toHaveLength(1)
    await runner.dispose()
  })

  it.each(['threads', 'workers'])('refuses %s: 0', async (field) => {
    const refusal = { code: 'invalid-argument', field }
    await expect(createModelRunner(path('affine.onnx'), { [field]: 0 })).rejects.toMatchObject(refusal)
  })
})

describe('workers', () => {
  it.each(['thread', 'process'] as const)(
    'two of kind %s give every call its own answer',
    async (isolation) => {
      const runner = await createModelRunner(path('affine.onnx'), { workers: 2, threads: 1, isolation })
      const totals = await Promise.all(
        Array.from({ length: 40 }, async (_, call) => {
          const data = new Float32Array(3).fill(call)
          const { outputs } = await runner.run({ x: { ...row, data } })
          return outputs.total?.data[0]
        }),
      )
      expect(totals).toEqual(totals.map((_, call) => 6 * call + 3))
      await runner.dispose()
    },
  )

  it('leave no thread behind, however often models are loaded', async () => {
    const model = await readFile(path('affine.onnx'))
    const before = workerCount()
    for (let round = 0; round < 20; round++) {
      const runner = await createModelRunner(model)
      await runner.run({ x: row })
      await runner.dispose()
    }
    await expect(createModelRunner(path('double.onnx'))).rejects.toThrow()
    await expect.poll(workerCount).toBe(before)
  })

  it('that crash fail the calls under way and all later ones, and can still be disposed of', async () => {
    const runner = runnerOf([await startLane(dyingWorker, loadRequest('m.onnx'), () => {})], 'm.onnx')
    const refusal = { code: 'model-failed', message: expect.stringContaining('out of luck') }
    // More calls than the worker takes at once: those that queue must not hang either.
    const calls = Array.from({ length: 5 }, () => runner.run({ x }))
    for (const call of calls) await expect(call).rejects.toMatchObject(refusal)
    await expect(runner.run({ x })).rejects.toMatchObject(refusal)
    await runner.dispose()
  })

  it('take no more calls once they have crashed, where another one does', async () => {
    const request = loadRequest('m.onnx')
    const real = { ...loadRequest('affine.onnx'), source: path('affine.onnx') }
    const crashing = await startLane(dyingWorker, request, () => {})
    const runner = runnerOf([await startLane(workerPath(), real, () => {}), crashing], 'm.onnx')
    await expect(crashing.run({ x }, ['y'], {})).rejects.toThrow('out of luck')
    const calls = Array.from({ length: 5 }, () => runner.run({ x: row }))
    for (const { outputs } of await Promise.all(calls))
      expect(outputs.total?.data).toEqual(Float32Array.of(15))
    await runner.dispose()
  })

  it('that crash while loading fail the load', async () => {
    const refusal = { code: 'model-failed', message: expect.stringContaining('exit code 3') }
    await expect(startLane(dyingWorker, loadRequest('dies-loading'), () => {})).rejects.toMatchObject(refusal)
  })
})

describe('event loop', () => {
  it('goes on turning while a network runs', async () => {
    const runner = await createModelRunner(path('slow.onnx'))
    const rounds: Tensor = { type: 'int64', dims: [], data: BigInt64Array.of(600n) }
    let running = true
    let turns = 0
    const turn = (): void => {
      turns++
      if (running) setImmediate(turn)
    }
    setImmediate(turn)
    await runner.run({ x: { type: 'float32', dims: [], data: Float32Array.of(1) }, rounds })
    running = false
    await runner.dispose()
    // A network on this thread would leave the loop a turn or two in all; beside it, it turns many thousand times.
    expect(turns).toBeGreaterThan(100)
  })
})

const dyingWorker = fileURLToPath(new URL('fixtures/dying-worker.mjs', import.meta.url))

function loadRequest(file: string): Parameters<typeof startLane>[1] {
  return { kind: 'load', source: file, file, threads: 1, spin: false }
}

function workerCount(): number {
  const report = process.report.getReport() as unknown as { workers: unknown[] }
  return report.workers.length
}

describe('a signal that is aborted before', () => {
  it.each([
    ['a path', path('affine.onnx')],
    ['no file at all', '/nowhere/model.onnx'],
    ['bytes', new Uint8Array(9)],
  ])('starts no worker for %s', async (_, source) => {
    const signal = AbortSignal.abort()
    const reports: LoadProgress[] = []
    const onProgress = (progress: LoadProgress) => reports.push(progress)
    const loading = createModelRunner(source, { signal, onProgress })
    await expect(loading).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
    expect(reports).toEqual([])
  })
})
