import type { TensorInfo } from '@fastflow/core'
import { arrayOf, elementCount, isTensorType, type PackedTensor } from '@fastflow/core/backend'
import { listIn, recordIn, textIn, wholeIn } from './values.ts'

/** Bytes that packed tensors reach to. */
export function extentOf(packed: readonly PackedTensor[]): number {
  return packed.reduce((end, place) => Math.max(end, endOf(place)), 0)
}

function endOf({ type, dims, offset }: PackedTensor): number {
  return offset + elementCount(dims) * arrayOf(type).BYTES_PER_ELEMENT
}

/** What a network takes or gives. @throws RangeError */
export function readTensorInfo(value: unknown): TensorInfo {
  const { name, type, dims } = recordIn(value)
  if (typeof type !== 'string' || !isTensorType(type)) throw new RangeError('a tensor of no known type')
  return {
    name: textIn(name),
    type,
    dims: listIn(dims).map((size) => (typeof size === 'string' ? size : wholeIn(size, -1))),
  }
}

/** What an answer to a run may hold. */
export interface Expected {
  /** Outputs that were asked for; undefined while no call is under way. */
  readonly fetches: readonly string[] | undefined
  /** The network's, once it is loaded. */
  readonly outputs: readonly TensorInfo[]
}

/** Places of exactly the outputs that were asked for, all of them within the payload. @throws RangeError */
export function readOutputs(
  value: unknown,
  payloadBytes: number,
  { fetches, outputs }: Expected,
): PackedTensor[] {
  const packed = listIn(value)
  if (fetches === undefined) throw new RangeError('an answer that nobody asked for')
  if (packed.length !== fetches.length) throw new RangeError('other outputs than were asked for')
  return fetches.map((name, index) => {
    const place = recordIn(packed[index])
    const type = outputs.find((output) => output.name === name)?.type
    if (place.name !== name || type === undefined || place.type !== type)
      throw new RangeError('other outputs than were asked for')
    const tensor = {
      name,
      type,
      dims: listIn(place.dims).map((size) => wholeIn(size, 0)),
      offset: wholeIn(place.offset, 0),
    }
    if (tensor.offset % 8 !== 0 || !(endOf(tensor) <= payloadBytes))
      throw new RangeError('an output outside the payload')
    return tensor
  })
}
