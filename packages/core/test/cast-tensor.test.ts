import type { Tensor, TensorType } from '@fastflow/core'
import { arrayOf, castTensor, type Float64Tensor, isTensorType, toFloat16 } from '@fastflow/core/backend'
import { describe, expect, it } from 'vitest'

type Type = TensorType | 'float64'
const types: readonly Type[] = ['float64', 'float32', 'float16', 'int64', 'int32', 'uint8', 'bool']

function tensorOf(type: Type, values: readonly number[]): Tensor | Float64Tensor {
  const dims = [values.length]
  if (type === 'float64') return { type, dims, data: Float64Array.from(values) }
  if (type === 'float16') return { type, dims, data: toFloat16(values) }
  if (type === 'int64') return { type, dims, data: BigInt64Array.from(values, BigInt) }
  const data = new (arrayOf(type))(values.length) as Float32Array
  data.set(values)
  return { type, dims, data }
}

const cast = (tensor: Tensor | Float64Tensor, type: Type): Tensor | Float64Tensor =>
  isTensorType(type) ? castTensor(tensor, type) : castTensor(tensor, type)

describe('castTensor', () => {
  it.each(types.flatMap((from) => types.map((to) => [from, to] as const)))('makes %s %s', (from, to) => {
    const values = from === 'bool' || to === 'bool' ? [0, 1, 1] : [0, 3, 200]
    expect(cast(tensorOf(from, values), to)).toEqual(tensorOf(to, values))
  })

  it('gives a tensor of the right type back as it is', () => {
    const tensor = tensorOf('float16', [1.5])
    expect(cast(tensor, 'float16')).toBe(tensor)
  })

  it('keeps negative numbers, and all bits of int64 where the type has them', () => {
    expect(cast(tensorOf('float32', [-7]), 'int64')).toEqual(tensorOf('int64', [-7]))
    expect(cast(tensorOf('float64', [-(2 ** 63)]), 'int64').data[0]).toBe(-(2n ** 63n))
    expect(cast(tensorOf('int64', [2 ** 53 - 1]), 'float64').data[0]).toBe(2 ** 53 - 1)
  })

  it('rounds a float64 to float16 once', () => {
    // To float32 first, this would become the middle of 1 and the next float16, and from there 1.
    const value = 1 + 2 ** -11 + 2 ** -40
    expect(cast(tensorOf('float64', [value]), 'float16').data[0]).toBe(0x3c01)
  })

  it('makes true of all but 0', () => {
    expect([...cast(tensorOf('float32', [0, -0, 0.1, NaN, -5]), 'bool').data]).toEqual([0, 0, 1, 1, 1])
    const bytes: Tensor = { type: 'bool', dims: [2], data: Uint8Array.of(0, 255) }
    expect([...castTensor(bytes, 'float32').data]).toEqual([0, 1])
  })

  it.each<[Type, number, TensorType, string]>([
    ['float32', 0.5, 'int64', 'not whole'],
    ['float16', NaN, 'int64', 'not whole'],
    ['float64', Infinity, 'int32', 'not whole'],
    ['float64', 2 ** 63, 'int64', 'out of its range'],
    ['int64', 2 ** 31, 'int32', 'out of its range'],
    ['int32', -1, 'uint8', 'out of its range'],
  ])('refuses %s %d as %s', (from, value, to, why) => {
    const message = expect.stringMatching(new RegExp(`^tensor: element 1 is .*${why}.*${to} cannot hold it`))
    const refusal = { code: 'model-mismatch', field: 'tensor', message }
    expect(() => cast(tensorOf(from, [0, value]), to)).toThrow(expect.objectContaining(refusal))
  })
})
