import { FastFlowError, type Feeds, type RunResult, type Tensor } from '@fastflow/core'
import { type RunReply, reserved, type SlotTensor } from './protocol.ts'
import { arrayOf, bytesOf, elementCount, shapeText } from './tensor-types.ts'

/** Shared memory for the tensors of one call under way; reused by later calls. */
export interface Slot {
  readonly id: number
  input: SharedArrayBuffer
  output: SharedArrayBuffer
}

export function emptySlot(id: number): Slot {
  return { id, input: new SharedArrayBuffer(0), output: new SharedArrayBuffer(0) }
}

/** Arrays of the caller that outputs are written to. */
export type Into = Readonly<Record<string, Tensor>>

/** Copies feeds into the slot, which grows where they do not fit. */
export function writeFeeds(
  slot: Slot,
  feeds: Feeds,
): { input: SharedArrayBuffer | undefined; feeds: SlotTensor[] } {
  let size = 0
  const placed = Object.entries(feeds).map(([name, { type, dims, data }]) => {
    const offset = size
    size += reserved(data.byteLength)
    return { name, type, dims, offset }
  })
  const input = size > slot.input.byteLength ? new SharedArrayBuffer(size) : undefined
  if (input !== undefined) slot.input = input
  for (const { name, offset } of placed) {
    const bytes = bytesOf((feeds[name] as Tensor).data)
    new Uint8Array(slot.input, offset, bytes.length).set(bytes)
  }
  return { input, feeds: placed }
}

/** Copies the outputs out of the slot, into arrays of the caller where there are some. */
export function readOutputs(reply: RunReply, slot: Slot, into: Into): RunResult {
  if (reply.output !== undefined) slot.output = reply.output
  const outputs: Record<string, Tensor> = {}
  for (const placed of reply.outputs) outputs[placed.name] = copyOut(slot.output, placed, into[placed.name])
  return { outputs, timing: { ms: reply.ms } }
}

function copyOut(from: SharedArrayBuffer, placed: SlotTensor, target: Tensor | undefined): Tensor {
  const { name, type, dims, offset } = placed
  const length = elementCount(dims)
  const ArrayType = arrayOf(type)
  if (target !== undefined && shapeText(target.dims) !== shapeText(dims)) {
    const message = `into.${name}: has shape ${shapeText(target.dims)}, the model gave ${shapeText(dims)}`
    throw new FastFlowError({ code: 'model-mismatch', field: name, message })
  }
  const tensor = target ?? { type, dims, data: new ArrayType(length) }
  bytesOf(tensor.data).set(new Uint8Array(from, offset, length * ArrayType.BYTES_PER_ELEMENT))
  return tensor
}
