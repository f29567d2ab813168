import type { Tensor } from '@fastflow/core'

// Shorthand for the tensors that conformance suites feed.

export function float32(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return { type: 'float32', dims, data: Float32Array.from(values) }
}

export function int64(values: readonly number[], dims: readonly number[] = [values.length]): Tensor {
  return { type: 'int64', dims, data: BigInt64Array.from(values, BigInt) }
}
