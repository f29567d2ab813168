import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModelRunner, Tensor } from '@fastflow/core'
import { fixtures } from '@fastflow/testkit'
import { isTakenNoteOf, isThere } from '@fastflow/testkit/processes'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createModelRunner, type Limits, nodeBackend } from '../src/index.ts'
import {
  deadlyFeeds,
  dividesWhileLoading,
  dividesWhileRunning,
  forever,
  foreverHolding300MB,
  harmlessFeeds,
  hasManyInputs,
  loops,
  nestsFunctions,
  once,
  sizeFeeds,
  zeros,
} from './support/hostile-models.ts'
import { networksOf } from './support/processes.ts'

const path = (name: string): string => fileURLToPath(new URL(name, fixtures))
/** Processors of other kinds give a number where these raise a signal. */
const itOnX64 = it.runIf(process.arch === 'x64')
const row: Tensor = { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) }

async function load(model: string | Uint8Array, limits: Limits = {}): Promise<ModelRunner> {
  const runner = await createModelRunner(model, { isolation: 'process', limits, threads: 1, name: 'm.onnx' })
  onTestFinished(() => runner.dispose())
  return runner
}

/** A file with this model, as long as the test runs. */
async function written(model: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'm.onnx')
  await writeFile(file, model)
  return file
}

const exceeded = (limit: keyof Limits): object => ({
  code: 'limit-exceeded',
  field: `limits.${limit}`,
  message: expect.stringMatching(new RegExp(`^m\\.onnx: .*limits\\.${limit}`)),
})

describe('models that are not to be trusted, in processes', () => {
  itOnX64('one that divides what cannot be divided while it loads ends its process alone', async () => {
    const refusal = { code: 'model-failed', field: 'm.onnx', message: expect.stringContaining('SIGFPE') }
    await expect(load(dividesWhileLoading())).rejects.toMatchObject(refusal)
    await expect(load(path('affine.onnx'))).resolves.toBeDefined()
  })

  itOnX64(
    'one that does so while it runs fails that run, and the network is loaded again for the next',
    async () => {
      const runner = await load(dividesWhileRunning())
      for (let round = 0; round < 2; round++) {
        const refusal = { code: 'model-failed', message: expect.stringContaining('SIGFPE') }
        await expect(runner.run(deadlyFeeds)).rejects.toMatchObject(refusal)
        expect((await runner.run(harmlessFeeds)).outputs.y?.data).toEqual(BigInt64Array.of(2n))
      }
    },
  )

  itOnX64('calls that wait behind one that ends the process are served all the same', async () => {
    const runner = await load(dividesWhileRunning())
    const calls = [harmlessFeeds, deadlyFeeds, harmlessFeeds, deadlyFeeds, harmlessFeeds].map((feeds) =>
      runner.run(feeds).then(
        ({ outputs }) => outputs.y?.data[0],
        ({ code }: { code: string }) => code,
      ),
    )
    expect(await Promise.all(calls)).toEqual([2n, 'model-failed', 2n, 'model-failed', 2n])
  })

  it('an endless run is ended, and the next one works', async () => {
    const runner = await load(loops(), { runSeconds: 1 })
    await expect(runner.run(forever)).rejects.toMatchObject(exceeded('runSeconds'))
    expect((await runner.run(once)).outputs.y?.data).toEqual(Float32Array.of(1.5))
  })

  it('dispose ends an endless run, and the process with it', async () => {
    const before = new Set(networksOf(process.pid).map(({ pid }) => pid))
    const runner = await load(loops(), { disposeSeconds: 0.1 })
    const [own] = networksOf(process.pid).filter(({ pid }) => !before.has(pid))
    const calls = [runner.run(forever), runner.run(forever), runner.run(once)]
    const refusals = Promise.all(
      calls.map((call) => expect(call).rejects.toMatchObject(exceeded('disposeSeconds'))),
    )
    await runner.dispose()
    await refusals
    expect(isThere(own?.pid ?? 0)).toBe(false)
  })

  it.each([
    ['functions nested 24 deep', () => nestsFunctions(24)],
    ['a million inputs', () => hasManyInputs(1_000_000)],
  ])('loading that takes too long is ended: %s', async (_, model) => {
    await expect(load(model(), { loadSeconds: 1 })).rejects.toMatchObject(exceeded('loadSeconds'))
  })

  it('more inputs than anybody would name are refused, however fast they load', async () => {
    const refusal = { code: 'model-failed', message: expect.stringContaining('more than the 1048576') }
    await expect(load(hasManyInputs(30_000))).rejects.toMatchObject(refusal)
  })

  it('memory beyond the limit is refused, and the next run works', async () => {
    const runner = await load(zeros(), { memoryBytes: 2 ** 29 })
    await expect(runner.run(sizeFeeds(1e9))).rejects.toMatchObject(exceeded('memoryBytes'))
    expect((await runner.run(sizeFeeds(1000))).outputs.y?.data).toEqual(Float32Array.of(0))
  })

  it('memory that the system grants, but is beyond the limit, ends the process', async () => {
    const runner = await load(loops(), { memoryBytes: 2 ** 28 })
    await expect(runner.run(foreverHolding300MB)).rejects.toMatchObject(exceeded('memoryBytes'))
    expect((await runner.run(once)).outputs.y?.data).toEqual(Float32Array.of(1.5))
  })

  it('models of a backend are loaded in processes too', async () => {
    const folder = await nodeBackend({ isolation: 'process', limits: { loadSeconds: 60 } }).open(path('.'))
    const before = networksOf(process.pid).length
    const runner = await folder.load('affine.onnx')
    expect(networksOf(process.pid)).toHaveLength(before + 1)
    expect((await runner.run({ x: row }, { fetches: ['y'] })).outputs.y?.data).toEqual(
      Float32Array.of(3, 5, 7),
    )
    await runner.dispose()
    expect(networksOf(process.pid)).toHaveLength(before)
  })
})

describe('processes that end', () => {
  async function loadWithPid(model: string | Uint8Array): Promise<{ runner: ModelRunner; pid: number }> {
    const before = new Set(networksOf(process.pid).map(({ pid }) => pid))
    const runner = await load(model)
    const [own] = networksOf(process.pid).filter(({ pid }) => !before.has(pid))
    return { runner, pid: own?.pid ?? 0 }
  }

  it('killed while a network runs fail the run; the next one works', async () => {
    const { runner, pid } = await loadWithPid(loops())
    const call = runner.run(forever)
    process.kill(pid, 'SIGKILL')
    const refusal = { code: 'model-failed', message: expect.stringContaining('SIGKILL') }
    await expect(call).rejects.toMatchObject(refusal)
    expect((await runner.run(once)).outputs.y?.data).toEqual(Float32Array.of(1.5))
  })

  it('killed while idle are replaced without a word', async () => {
    const { runner, pid } = await loadWithPid(path('affine.onnx'))
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => isTakenNoteOf(pid)).toBe(true)
    const { outputs } = await runner.run({ x: row })
    expect(outputs.total?.data).toEqual(Float32Array.of(15))
  })

  itOnX64(
    'take feeds that change once run has returned, also where a network is loaded again first',
    async () => {
      const { runner } = await loadWithPid(dividesWhileRunning())
      await expect(runner.run(deadlyFeeds)).rejects.toThrow('SIGFPE')
      const a = BigInt64Array.of(6n)
      const call = runner.run({ ...harmlessFeeds, a: { type: 'int64', dims: [], data: a } })
      a[0] = 0n
      expect((await call).outputs.y?.data).toEqual(BigInt64Array.of(2n))
    },
  )

  itOnX64('do not come back with another model than was loaded', async () => {
    const file = await written(dividesWhileRunning())
    const runner = await load(file)
    await writeFile(file, await readFile(path('nan.onnx')))
    await expect(runner.run(deadlyFeeds)).rejects.toMatchObject({ code: 'model-failed' })
    const refusal = { code: 'model-unreadable', message: expect.stringContaining('another model') }
    await expect(runner.run(harmlessFeeds)).rejects.toMatchObject(refusal)
  })

  it('are not asked by Ctrl-C, which the terminal sends to all of its processes', async () => {
    const { runner, pid } = await loadWithPid(path('affine.onnx'))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal)
    expect((await runner.run({ x: row })).outputs.total?.data).toEqual(Float32Array.of(15))
    expect(isThere(pid)).toBe(true)
  })
})

describe('cancelling', () => {
  it('stops loading, whatever onnxruntime does', async () => {
    const signal = { aborted: false }
    const loading = createModelRunner(nestsFunctions(24), { isolation: 'process', signal })
    setImmediate(() => {
      signal.aborted = true
    })
    await expect(loading).rejects.toMatchObject({ code: 'aborted', field: 'signal' })
  })

  itOnX64('ends with loading: a network is loaded again although its signal was aborted since', async () => {
    const signal = { aborted: false }
    const reports: string[] = []
    const file = await written(dividesWhileRunning())
    const runner = await createModelRunner(file, {
      isolation: 'process',
      signal,
      onProgress: ({ status }) => reports.push(status),
    })
    onTestFinished(() => runner.dispose())
    signal.aborted = true
    await expect(runner.run(deadlyFeeds)).rejects.toThrow('SIGFPE')
    expect((await runner.run(harmlessFeeds)).outputs.y?.data).toEqual(BigInt64Array.of(2n))
    expect(reports).toEqual(['initiate', 'progress', 'done', 'ready'])
  })
})

describe('limits', () => {
  it.each([
    ['isolation', { isolation: 'vm' }],
    ['limits', { limits: 5 }],
    ['limits', { limits: null }],
    ['limits.seconds', { limits: { seconds: 5 } }],
    ...['loadSeconds', 'runSeconds', 'disposeSeconds'].flatMap((name) =>
      [0, -1, Number.NaN, 3e6, '5', null].map((value) => [`limits.${name}`, { limits: { [name]: value } }]),
    ),
    ...[0, -1, 1.5, Number.NaN, 2 ** 27, '1GB'].map((memoryBytes) => [
      'limits.memoryBytes',
      { isolation: 'process', limits: { memoryBytes } },
    ]),
    ['limits.memoryBytes', { limits: { memoryBytes: 2 ** 30 } }],
  ] as [string, object][])('refuses %s of %j when the backend is made', (field, options) => {
    expect(() => nodeBackend(options)).toThrow(expect.objectContaining({ code: 'invalid-argument', field }))
  })

  it('takes away the limits that are Infinity', async () => {
    const all = {
      loadSeconds: Infinity,
      runSeconds: Infinity,
      disposeSeconds: Infinity,
      memoryBytes: Infinity,
    }
    const runner = await load(path('affine.onnx'), all)
    expect((await runner.run({ x: row })).outputs.total?.data).toEqual(Float32Array.of(15))
  })
})
