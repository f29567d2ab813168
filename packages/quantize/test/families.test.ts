import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeBackend } from '@fastflow/backend-node'
import { createRandom, type Feeds, type Tensor, type TensorInfo } from '@fastflow/core'
import { fromFloat16, toFloat16 } from '@fastflow/core/backend'
import { expect, it } from 'vitest'
import { type Precision, quantizeFolder } from '../src/index.ts'
import { temporaryFolder } from './network.ts'

const pipelineOf = (family: string): string =>
  fileURLToPath(new URL(`../../pipelines/test/fixtures/families/${family}/pipeline`, import.meta.url))

/** One evaluation of a transformer on latents of 8 x 8 and 16 tokens, the same for every copy of it. */
async function velocityOf(folder: string): Promise<Float32Array> {
  const model = await nodeBackend({ threads: 1 }).open(folder)
  const runner = await model.load('transformer/model.onnx')
  const { next } = createRandom(5)
  const feeds: Feeds = Object.fromEntries(runner.inputs.map((port) => [port.name, feedOf(port, next)]))
  const { outputs } = await runner.run(feeds)
  await runner.dispose()
  const { data } = Object.values(outputs)[0]!
  return data instanceof Uint16Array ? fromFloat16(data) : (data as Float32Array)
}

function feedOf({ type, dims, name }: TensorInfo, next: () => number): Tensor {
  const sizes = dims.map((dim, at) =>
    typeof dim === 'number' && dim > 0
      ? dim
      : at === 0
        ? 1
        : name === 'hidden_states' || name === 'sample'
          ? 8
          : 16,
  )
  const length = sizes.reduce((product, size) => product * size, 1)
  const values = Float32Array.from({ length }, () => 2 * next() - 1)
  if (type === 'int64') return { type, dims: sizes, data: new BigInt64Array(length).fill(1n) }
  if (type === 'float16') return { type, dims: sizes, data: toFloat16(values) }
  return { type: 'float32', dims: sizes, data: values }
}

function relativeError(values: Float32Array, reference: Float32Array): number {
  const squares = (of: Float32Array): number => of.reduce((sum, value) => sum + value ** 2, 0)
  return Math.sqrt(squares(values.map((value, i) => value - reference[i]!)) / squares(reference))
}

/** Families whose networks have what others lack: weights beside the model, float16, convolutions. */
const cases: readonly [family: string, as: Precision, error: number][] = [
  ['sd3-external', 'int8', 0.02],
  ['sd3-external', 'q4', 0.15],
  ['sd3-fp16', 'int8', 0.02],
  ['sd3-fp16', 'q4', 0.15],
  ['sd3-fp16', 'q8', 0.02],
  ['sana', 'int8', 0.05],
]

it.each(cases)('%s in %s gives nearly the same velocity, from a whole folder', async (family, as, limit) => {
  const from = pipelineOf(family)
  const out = join(await temporaryFolder(), 'model')
  const { networks } = await quantizeFolder(from, { as, out, smallest: 64 })
  expect(networks[0]!.layers).toBeGreaterThan(10)
  expect(networks[0]!.convolutions > 0).toBe(family === 'sana')
  const error = relativeError(await velocityOf(out), await velocityOf(from))
  expect(error).toBeLessThan(limit)
  expect(error).toBeGreaterThan(1e-4)
  const files = async (folder: string): Promise<string[]> => (await readdir(folder)).sort()
  expect((await files(out)).filter((name) => name !== 'quantization.json')).toEqual(await files(from))
  const weights = join(out, 'transformer', 'model.onnx_data')
  if (family === 'sd3-external') expect((await stat(weights)).size).toBeGreaterThan(10_000)
  const note = JSON.parse(await readFile(join(out, 'quantization.json'), 'utf8'))
  expect(note).toMatchObject({ as, networks: [{ path: 'transformer/model.onnx' }] })
})
