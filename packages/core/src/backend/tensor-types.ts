import type { Tensor, TensorType } from '../ports/model-runner.ts'

interface TypedArrayConstructor {
  new (length: number): Tensor['data']
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Tensor['data']
  readonly BYTES_PER_ELEMENT: number
  readonly name: string
}

const arrays: Readonly<Record<TensorType, TypedArrayConstructor>> = {
  float32: Float32Array,
  float16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
}

/** Names of the tensor types that FastFlow carries. */
export const tensorTypes: readonly string[] = Object.keys(arrays)

export function isTensorType(type: string): type is TensorType {
  return Object.hasOwn(arrays, type)
}

/** The typed array that holds elements of `type`; float16 travels as raw bits. */
export function arrayOf(type: TensorType): TypedArrayConstructor {
  return arrays[type]
}

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1)
}

/** The bytes of a typed array, shared and not copied. */
export function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

/** `[batch, 3, 32, 32]`; a free dimension without a name is a question mark. */
export function shapeText(dims: readonly (number | string)[]): string {
  return `[${dims.map((size) => (size === -1 ? '?' : String(size))).join(', ')}]`
}
