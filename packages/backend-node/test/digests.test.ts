import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoadProgress } from '@fastflow/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { digestMemory } from '../src/digest/digest-memory.ts'
import { digestOf } from '../src/digest/hash-model.ts'
import type { KnownDigest } from '../src/file-stamp.ts'
import { cacheFolder, nodeBackend } from '../src/index.ts'
import { readModel } from '../src/read-model.ts'
import { writeScalingModel } from './support/scaling-model.ts'

const large = 2 ** 24
const other = 'f'.repeat(64)
const factor = { location: 'model.onnx_data', values: Float32Array.of(2, 3) }
const ignore = (): void => {}

let folder = ''
let file = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  vi.stubEnv('FASTFLOW_CACHE', join(folder, 'cache'))
  file = join(folder, 'cache', 'models', 'digests.json')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

/** Of the files themselves, in the order that plans are keyed by. */
async function hashed(): Promise<string> {
  const hash = createHash('sha256')
  for (const name of ['model.onnx', 'model.onnx_data']) hash.update(await readFile(join(folder, name)))
  return hash.digest('hex')
}

/** What only a reader of the file can say. */
async function replaceRemembered(): Promise<void> {
  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace(/"digest":"[0-9a-f]{64}"/, `"digest":"${other}"`))
}

async function loadedDigest(isolation: 'thread' | 'process' = 'thread'): Promise<string> {
  const runner = await (await nodeBackend({ isolation }).open(folder)).load('model.onnx')
  await runner.dispose()
  return runner.digest
}

describe.each(['thread', 'process'] as const)('digests of large models, isolation %s', (isolation) => {
  it('are computed once, and again when a file changes', async () => {
    await writeScalingModel(folder, 'model.onnx', [factor], large)
    expect(await loadedDigest(isolation)).toBe(await hashed())
    await replaceRemembered()
    expect(await loadedDigest(isolation)).toBe(other)
    expect(await (await nodeBackend().open(folder)).digest?.('model.onnx')).toBe(other)
    await utimes(join(folder, 'model.onnx_data'), 1, 1)
    expect(await loadedDigest(isolation)).toBe(await hashed())
    expect(await readFile(file, 'utf8')).not.toContain(other)
  })

  it('told without loading need no hashing when loaded', async () => {
    await writeScalingModel(folder, 'model.onnx', [factor], large)
    expect(await (await nodeBackend({ isolation }).open(folder)).digest?.('model.onnx')).toBe(await hashed())
    await replaceRemembered()
    expect(await loadedDigest(isolation)).toBe(other)
  })

  it.each(['', 'not json', '{"format":"fastflow-digests","version":1,"models":[{}]}'])(
    'outlive a file of %j',
    async (text) => {
      await writeScalingModel(folder, 'model.onnx', [factor], large)
      await mkdir(join(folder, 'cache', 'models'), { recursive: true })
      await writeFile(file, text)
      expect(await loadedDigest(isolation)).toBe(await hashed())
      expect(JSON.parse(await readFile(file, 'utf8')).models).toHaveLength(1)
    },
  )

  it('need no place to be kept in', async () => {
    await writeScalingModel(folder, 'model.onnx', [factor], large)
    await writeFile(join(folder, 'cache'), 'in the way')
    expect(await loadedDigest(isolation)).toBe(await hashed())
  })
})

describe('digests', () => {
  it('report the progress of files that are not hashed as of those that are', async () => {
    const path = await writeScalingModel(folder, 'model.onnx', [factor], large)
    const model = await readModel(path, 'model.onnx', ignore)
    const reports = {
      computed: [] as Omit<LoadProgress, 'name'>[],
      known: [] as Omit<LoadProgress, 'name'>[],
    }
    const computed = await digestOf(model, undefined, (progress) => reports.computed.push(progress))
    const known: KnownDigest = { digest: other, files: computed.files! }
    expect((await digestOf(model, known, (progress) => reports.known.push(progress))).digest).toBe(other)
    const size = (await stat(join(folder, 'model.onnx_data'))).size
    for (const list of Object.values(reports)) {
      const statuses = list.map(({ status }) => status).filter((status) => status !== 'progress')
      expect(statuses).toEqual(['initiate', 'done'])
      expect(list.at(-2)).toMatchObject({ file: 'model.onnx_data', loaded: size, total: size, progress: 100 })
    }
  })

  it('of files that change while they are read are not remembered', async () => {
    const path = await writeScalingModel(folder, 'model.onnx', [factor])
    const model = await readModel(path, 'model.onnx', ignore)
    expect((await digestOf(model, undefined, ignore)).files).toHaveLength(2)
    await utimes(join(folder, 'model.onnx_data'), 1, 1)
    expect((await digestOf(model, undefined, ignore)).files).toBeUndefined()
  })

  it.each([2 ** 10, 2 ** 20])(
    'of what is no model are refused, and its size too, at %i bytes',
    async (bytes) => {
      await writeFile(join(folder, 'model.onnx'), new Uint8Array(bytes).fill(255))
      const opened = await nodeBackend().open(folder)
      const message = expect.stringMatching(/^model\.onnx is no ONNX model/)
      const refusal = { code: 'model-unreadable', field: 'model.onnx', message }
      for (const call of [opened.digest!, opened.size!])
        await expect(call('model.onnx')).rejects.toMatchObject(refusal)
    },
  )
})

describe('digestMemory', () => {
  const known = (size: number): KnownDigest => ({
    digest: other,
    files: [{ name: 'm.onnx', size, mark: '1 2 3' }],
  })

  it('keeps small models in memory alone', async () => {
    const memory = digestMemory(file)
    await memory.remember('/m.onnx', known(large - 1))
    expect(await memory.recall('/m.onnx')).toEqual(known(large - 1))
    expect(await digestMemory(file).recall('/m.onnx')).toBeUndefined()
    await memory.remember('/m.onnx', known(large))
    expect(await digestMemory(file).recall('/m.onnx')).toEqual(known(large))
  })

  it('keeps the last 256, in memory and in its file', async () => {
    const memory = digestMemory(undefined)
    for (let k = 0; k < 300; k++) await memory.remember(`/${k}.onnx`, known(large))
    const kept = await Promise.all(Array.from({ length: 300 }, (_, k) => memory.recall(`/${k}.onnx`)))
    expect(kept.map((one) => one !== undefined)).toEqual(kept.map((_, k) => k >= 44))

    const models = Array.from({ length: 300 }, (_, k) => ({ model: `/${k}.onnx`, ...known(large) }))
    await mkdir(join(folder, 'cache', 'models'), { recursive: true })
    await writeFile(file, JSON.stringify({ format: 'fastflow-digests', version: 1, models }))
    await digestMemory(file).remember('/new.onnx', known(large))
    const names = JSON.parse(await readFile(file, 'utf8')).models.map(({ model }: { model: string }) => model)
    expect([names.length, names[0], names.at(-1)]).toEqual([256, '/45.onnx', '/new.onnx'])
  })

  it('takes any file for what it is: another memory, or none', async () => {
    await mkdir(join(folder, 'cache', 'models'), { recursive: true })
    const odd = fc
      .anything()
      .map((value) => JSON.stringify({ format: 'fastflow-digests', version: 1, models: value }))
    const entries = fc
      .array(fc.record({ model: fc.constant('/m.onnx'), digest: fc.anything(), files: fc.anything() }))
      .map((models) => JSON.stringify({ format: 'fastflow-digests', version: 1, models }))
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), odd, entries), async (text) => {
        await writeFile(file, text ?? '')
        expect(await digestMemory(file).recall('/m.onnx')).toBeUndefined()
      }),
    )
  })
})

describe('cacheFolder', () => {
  it.each<[Record<string, string>, string]>([
    [{ FASTFLOW_CACHE: '/f', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/f'],
    [{ FASTFLOW_CACHE: '', XDG_CACHE_HOME: '/x', HOME: '/h' }, '/x/fastflow'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/h' }, '/h/.cache/fastflow'],
    [{ XDG_CACHE_HOME: '', HOME: '/h' }, '/h/.cache/fastflow'],
  ])('of %j is %s', (env, path) => {
    expect(cacheFolder(env)).toBe(path)
  })
})
