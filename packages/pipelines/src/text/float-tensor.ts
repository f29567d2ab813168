import type { Tensor } from '@fastflow/core'
import { castTensor } from '@fastflow/core/backend'

export interface FloatTensor extends Tensor {
  readonly type: 'float32'
  readonly data: Float32Array
}

/** A tensor in float32; one that is float32 already is returned as it is. Undefined for what is no float. */
export function toFloat32(tensor: Tensor): FloatTensor | undefined {
  if (tensor.type !== 'float32' && tensor.type !== 'float16') return undefined
  return castTensor(tensor, 'float32') as FloatTensor
}

/** Whole numbers of a batch of one. */
export function int64Row(values: readonly number[]): Tensor {
  return { type: 'int64', dims: [1, values.length], data: BigInt64Array.from(values, BigInt) }
}
