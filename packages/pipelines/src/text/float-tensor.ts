import type { Tensor } from '@fastflow/core'

export interface FloatTensor extends Tensor {
  readonly type: 'float32'
  readonly data: Float32Array
}

/** A tensor in float32; one that is float32 already is returned as it is. Undefined for what is no float. */
export function toFloat32({ type, dims, data }: Tensor): FloatTensor | undefined {
  if (type === 'float32') return { type, dims, data: data as Float32Array }
  if (type !== 'float16') return undefined
  return { type: 'float32', dims, data: Float32Array.from(data as Uint16Array, numberOf) }
}

/** The number that bits of float16 stand for. */
function numberOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

/** Whole numbers of a batch of one. */
export function int64Row(values: readonly number[]): Tensor {
  return { type: 'int64', dims: [1, values.length], data: BigInt64Array.from(values, BigInt) }
}
