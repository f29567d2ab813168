import { mkdtemp, readFile, rm, stat, truncate, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeBackend } from '../src/index.ts'
import { type Factor, writeScalingModel } from './support/scaling-model.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
})
afterEach(() => rm(folder, { recursive: true }))

const values = (...list: number[]): Float32Array => Float32Array.from(list)
const x = { type: 'float32', dims: [2], data: values(1, 2) } as const

/** Two factors behind each other, and one in each of several files. */
const layouts: readonly (readonly [string, readonly Factor[]])[] = [
  ['model.onnx_data', [{ location: 'model.onnx_data', values: values(2, 3) }]],
  ['model.onnx.data', [{ location: 'model.onnx.data', values: values(2, 3) }]],
  [
    'one file at several offsets',
    [
      { location: 'weights', values: values(2, 3) },
      { location: 'weights', offset: 64, values: values(5, 7) },
    ],
  ],
  [
    'shards',
    ['model.onnx_data', 'model.onnx_data_1', 'model.onnx_data_2'].map((location, k) => ({
      location,
      values: values(2 + k, 3 + k),
    })),
  ],
  ['a folder below', [{ location: 'data/w0', values: values(2, 3) }]],
]

describe('external data', () => {
  it.each(layouts)('in %s is loaded, measured and digested', async (_, factors) => {
    await writeScalingModel(folder, 'model.onnx', factors)
    const opened = await nodeBackend().open(folder)
    const runner = await opened.load('model.onnx')
    const { outputs } = await runner.run({ x })
    await runner.dispose()
    const product = (at: number): number =>
      factors.reduce((total, factor) => total * factor.values[at]!, x.data[at]!)
    expect(outputs.y?.data).toEqual(values(product(0), product(1)))
    expect(await opened.digest?.('model.onnx')).toBe(runner.digest)
    const names = [...new Set(factors.map(({ location }) => location))]
    const sizes = await Promise.all(['model.onnx', ...names].map((name) => stat(join(folder, name))))
    expect(await opened.size?.('model.onnx')).toBe(sizes.reduce((sum, { size }) => sum + size, 0))
  })

  it.each(['thread', 'process'] as const)(
    'that is missing or cut off is named, isolation %s',
    async (isolation) => {
      await writeScalingModel(folder, 'model.onnx', layouts[3]![1])
      const opened = await nodeBackend({ isolation }).open(folder)
      const [second, third] = ['model.onnx_data_1', 'model.onnx_data_2'] as const
      await truncate(join(folder, second), 4)
      const cut = {
        code: 'model-unreadable',
        field: second,
        message: `${second} has 4 of the 8 bytes that model.onnx reads from it; restore the weights beside the model`,
      }
      for (const call of [opened.load, opened.digest!, opened.size!])
        await expect(call('model.onnx')).rejects.toMatchObject(cut)
      await truncate(join(folder, second), 8)
      await unlink(join(folder, third))
      const message = expect.stringContaining(`model.onnx: its weights file ${third} is missing`)
      const gone = { code: 'model-not-found', field: third, message }
      for (const call of [opened.load, opened.digest!, opened.size!])
        await expect(call('model.onnx')).rejects.toMatchObject(gone)
    },
  )

  it('is noticed when it changes while it keeps its size', async () => {
    const path = await writeScalingModel(folder, 'model.onnx', layouts[0]![1])
    const opened = await nodeBackend().open(folder)
    const before = await opened.digest?.('model.onnx')
    const graph = await readFile(path)
    await writeScalingModel(folder, 'model.onnx', [{ location: 'model.onnx_data', values: values(2, 4) }])
    expect(await readFile(path)).toEqual(graph)
    expect(await opened.digest?.('model.onnx')).not.toBe(before)
  })
})
