import { join } from 'node:path'
import { nodeBackend } from '@fastflow/backend-node'
import { createRandom } from '@fastflow/core'
import { expect, it } from 'vitest'
import { type Precision, quantizeFolder } from '../src/index.ts'
import { chain, folderOf, product, rows, width } from './network.ts'

const { next } = createRandom(9)
const x = Float32Array.from({ length: rows * width }, () => next() - 0.3)

/** What the network makes of it. */
async function run(folder: string): Promise<Float32Array> {
  const model = await nodeBackend({ threads: 1 }).open(folder)
  const runner = await model.load('transformer/model.onnx')
  const { outputs } = await runner.run({ x: { type: 'float32', dims: [rows, width], data: x } })
  await runner.dispose()
  return outputs.y!.data as Float32Array
}

function relativeError(values: ArrayLike<number>, reference: ArrayLike<number>): number {
  let [error, size] = [0, 0]
  for (let i = 0; i < reference.length; i++) {
    error += (values[i]! - reference[i]!) ** 2
    size += reference[i]! ** 2
  }
  return Math.sqrt(error / size)
}

/** What DynamicQuantizeLinear makes of a tensor: 8 bits, one scale, zero among the values. */
function rounded(values: Float64Array): Float64Array {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  const scale = Math.fround((high - low) / 255)
  const zero = Math.round(-low / scale)
  return Float64Array.from(
    values,
    (value) => (Math.max(0, Math.min(255, Math.round(value / scale) + zero)) - zero) * scale,
  )
}

/** Columns of int8 as floats again. */
function columns(weights: Float32Array): Float64Array {
  const out = new Float64Array(weights.length)
  for (let n = 0; n < width; n++) {
    const own = weights.filter((_, at) => at % width === n)
    const scale = Math.max(...own.map(Math.abs)) / 64
    for (let k = 0; k < width; k++) out[k * width + n] = Math.round(own[k]! / scale) * scale
  }
  return out
}

it('int8: whole products of rounded activations and weights, first and last layer as they were', async () => {
  const { bytes, weights, bias } = chain()
  const folder = await folderOf(bytes)
  const { out, networks } = await quantizeFolder(folder, { as: 'int8' })
  expect(out).toBe(`${folder}-int8`)
  expect(networks).toMatchObject([
    {
      path: 'transformer/model.onnx',
      layers: 2,
      values: 2 * width * width,
      convolutions: 0,
      kept: [
        { reason: 'first layer', layers: 1, values: width * width },
        { reason: 'last layer', layers: 1, values: width * width },
      ],
    },
  ])
  const a = product(x, weights[0]!)
  const b = product(rounded(a), columns(weights[1]!))
  const c = product(rounded(b), columns(weights[2]!)).map((value, at) => value + bias[at % width]!)
  // A value on the border between two steps may fall to either side.
  expect(relativeError(await run(out), product(c, weights[3]!))).toBeLessThan(1e-3)
  expect(relativeError(await run(folder), product(c, weights[3]!))).toBeGreaterThan(3e-3)
})

const tolerated: Readonly<Record<Precision, number>> = { int8: 0.03, q8: 0.02, q4: 0.12 }

it.each(Object.entries(tolerated) as [Precision, number][])(
  '%s: the network is nearly the same',
  async (as, limit) => {
    const folder = await folderOf(chain().bytes)
    const [whole, { out }] = [await run(folder), await quantizeFolder(folder, { as })]
    const error = relativeError(await run(out), whole)
    expect(error).toBeLessThan(limit)
    expect(error).toBeGreaterThan(1e-4)
  },
)

it('nothing is left of the weights that were replaced', async () => {
  const folder = await folderOf(chain().bytes)
  const { networks } = await quantizeFolder(folder, { as: 'q4' })
  const { before, after } = networks[0]!.bytes
  // 4 bits and a scale a block of 32, the last block filled up, instead of 32 bits.
  expect(before - after).toBeGreaterThan(0.7 * 4 * width * width - 500)
  const model = await nodeBackend().open(join(folder, '..', 'model-q4'))
  expect(await model.digest!('transformer/model.onnx')).not.toBe(
    await (await nodeBackend().open(folder)).digest!('transformer/model.onnx'),
  )
})
