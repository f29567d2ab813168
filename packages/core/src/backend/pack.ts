import { FastFlowError } from '../errors.ts'
import type { Feeds, RunResult, Tensor, TensorType } from '../ports/model-runner.ts'
import { arrayOf, bytesOf, elementCount, shapeText } from './tensor-types.ts'

// Tensors travel between a caller and the worker that runs the network packed in one buffer, messages carry only
// where they lie in it.

/** Where a tensor lies in a buffer. */
export interface PackedTensor {
  readonly name: string
  readonly type: TensorType
  readonly dims: readonly number[]
  readonly offset: number
}

/** Offsets are multiples of this, so that every element type is aligned. */
const alignment = 64

/** Bytes to reserve for a tensor of `byteLength` bytes. */
function reserved(byteLength: number): number {
  return Math.ceil(byteLength / alignment) * alignment
}

/** A place behind each other for each tensor, and the bytes all of them need. */
export function layOut(tensors: readonly Omit<PackedTensor, 'offset'>[]): {
  readonly size: number
  readonly packed: PackedTensor[]
} {
  let size = 0
  const packed = tensors.map(({ name, type, dims }) => {
    const offset = size
    size += reserved(elementCount(dims) * arrayOf(type).BYTES_PER_ELEMENT)
    return { name, type, dims, offset }
  })
  return { size, packed }
}

/** Copies the elements of `data` to where the tensor lies. */
export function pack(buffer: ArrayBufferLike, { offset }: PackedTensor, data: ArrayBufferView): void {
  const bytes = bytesOf(data)
  new Uint8Array(buffer, offset, bytes.length).set(bytes)
}

/** The elements where the tensor lies, shared and not copied. */
export function unpack(buffer: ArrayBufferLike, { type, dims, offset }: PackedTensor): Tensor['data'] {
  return new (arrayOf(type))(buffer, offset, elementCount(dims))
}

/** Lays feeds out; {@link packFeeds} copies them. */
export function layOutFeeds(feeds: Feeds): ReturnType<typeof layOut> {
  return layOut(Object.entries(feeds).map(([name, { type, dims }]) => ({ name, type, dims })))
}

export function packFeeds(buffer: ArrayBufferLike, packed: readonly PackedTensor[], feeds: Feeds): void {
  for (const place of packed) pack(buffer, place, feeds[place.name]!.data)
}

/**
 * Copies outputs out of a buffer, into arrays of the caller where there are some.
 *
 * @throws FastFlowError `model-mismatch` where such an array has another shape than the output.
 */
export function unpackOutputs(
  buffer: ArrayBufferLike,
  packed: readonly PackedTensor[],
  into: Readonly<Record<string, Tensor>>,
): RunResult['outputs'] {
  const outputs: Record<string, Tensor> = {}
  for (const place of packed) outputs[place.name] = copyOut(buffer, place, into[place.name])
  return outputs
}

function copyOut(buffer: ArrayBufferLike, place: PackedTensor, target: Tensor | undefined): Tensor {
  const { name, type, dims } = place
  if (target !== undefined && shapeText(target.dims) !== shapeText(dims)) {
    const message = `into.${name}: has shape ${shapeText(target.dims)}, the model gave ${shapeText(dims)}`
    throw new FastFlowError({ code: 'model-mismatch', field: name, message })
  }
  const tensor = target ?? { type, dims, data: new (arrayOf(type))(elementCount(dims)) }
  bytesOf(tensor.data).set(bytesOf(unpack(buffer, place)))
  return tensor
}
