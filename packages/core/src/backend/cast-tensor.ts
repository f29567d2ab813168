import { shown } from '../check/shown.ts'
import { FastFlowError, invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import type { Tensor, TensorType } from '../ports/model-runner.ts'
import { fromFloat16, toFloat16 } from './float16.ts'
import { arrayOf, elementCount, isTensorType, shapeText, tensorTypes } from './tensor-types.ts'

/** Numbers of double precision: at hand in programs, in no network that FastFlow carries. */
export interface Float64Tensor {
  readonly type: 'float64'
  readonly dims: readonly number[]
  readonly data: Float64Array
}

/** Numbers as they are at hand before a cast: of any type but bigints, and float16 no longer as bits. */
type Reals = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array

const least = { int32: -(2 ** 31), uint8: 0, int64: -(2 ** 63) } as const
/** One above the largest. */
const above = { int32: 2 ** 31, uint8: 2 ** 8, int64: 2 ** 63 } as const

/**
 * A tensor with its elements in another type: between what is at hand and what a network declares.
 *
 * To float16 and float32 rounds to the nearest (float16 of 65,520 and more is infinite), to bool makes 1 of all but 0. To
 * int64, int32 and uint8 takes whole numbers in their range alone. From int64 to float64 and float32 rounds beyond 2^53.
 *
 * @param tensor of its own type already, it is returned as it is, not copied.
 * @throws FastFlowError `model-mismatch` naming the first element that is not whole or out of range, `invalid-argument`.
 */
export function castTensor(tensor: Tensor | Float64Tensor, type: TensorType): Tensor
export function castTensor(tensor: Tensor | Float64Tensor, type: 'float64'): Float64Tensor
export function castTensor(
  tensor: Tensor | Float64Tensor,
  type: TensorType | 'float64',
): Tensor | Float64Tensor {
  checkTensor(tensor)
  if (type !== 'float64' && !isTensorType(type))
    throw invalidArgument('type', `${shown(type)} is not one of float64, ${tensorTypes.join(', ')}`)
  if (tensor.type === type) return tensor
  const { dims, data } = tensor
  if (type === 'int64') {
    const whole = data instanceof BigInt64Array ? data : toInt64(realsOf(tensor))
    return { type, dims, data: whole }
  }
  const reals = realsOf(tensor)
  switch (type) {
    case 'float64':
      return { type, dims, data: Float64Array.from(reals) }
    case 'float32':
      return { type, dims, data: reals instanceof Float32Array ? reals : Float32Array.from(reals) }
    case 'float16':
      return { type, dims, data: toFloat16(reals) }
    case 'bool':
      return { type, dims, data: Uint8Array.from(reals, (value) => (value === 0 ? 0 : 1)) }
    default:
      checkWhole(reals, type)
      return { type, dims, data: type === 'int32' ? Int32Array.from(reals) : Uint8Array.from(reals) }
  }
}

function realsOf({ type, data }: Tensor | Float64Tensor): Reals {
  if (type === 'float16') return fromFloat16(data as Uint16Array)
  if (type === 'bool') return Uint8Array.from(data as Uint8Array, (value) => (value === 0 ? 0 : 1))
  return data instanceof BigInt64Array ? Float64Array.from(data, Number) : data
}

function toInt64(values: Reals): BigInt64Array {
  checkWhole(values, 'int64')
  const whole = new BigInt64Array(values.length)
  for (let k = 0; k < values.length; k++) whole[k] = BigInt(values[k]!)
  return whole
}

function checkWhole(values: Reals, type: 'int64' | 'int32' | 'uint8'): void {
  for (let k = 0; k < values.length; k++) {
    const value = values[k]!
    if (Number.isInteger(value) && value >= least[type] && value < above[type]) continue
    const why = Number.isInteger(value) ? 'out of its range' : 'not whole'
    const message = `tensor: element ${k} is ${value}, ${why}; ${type} cannot hold it: round or scale the values first`
    throw new FastFlowError({ code: 'model-mismatch', field: 'tensor', message })
  }
}

function checkTensor(tensor: Tensor | Float64Tensor): void {
  if (!isRecord(tensor) || !Array.isArray(tensor.dims))
    throw invalidArgument('tensor', `${shown(tensor)} is not a tensor; pass { type, dims, data }`)
  const { type, dims, data } = tensor
  if (type !== 'float64' && !isTensorType(type))
    throw invalidArgument(
      'tensor',
      `its type ${shown(type)} is not one of float64, ${tensorTypes.join(', ')}`,
    )
  const Data = type === 'float64' ? Float64Array : arrayOf(type)
  if (!(data instanceof Data)) throw invalidArgument('tensor', `${type} data must be a ${Data.name}`)
  if (data.length === elementCount(dims)) return
  const counted = `shape ${shapeText(dims)} has ${elementCount(dims)} elements, data ${data.length}`
  throw invalidArgument('tensor', counted)
}
