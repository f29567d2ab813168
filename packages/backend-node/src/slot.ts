import type { Feeds, RunResult, Tensor } from '@fastflow/core'
import { layOutFeeds, type PackedTensor, packFeeds, unpackOutputs } from '@fastflow/core/backend'
import type { RunReply } from './protocol.ts'

/** Memory for the tensors of one call under way, shared with the worker where that is a thread; reused by later calls. */
export interface Slot {
  readonly id: number
  input: SharedArrayBuffer
  output: SharedArrayBuffer | ArrayBuffer
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
): { input: SharedArrayBuffer | undefined; feeds: PackedTensor[] } {
  const { size, packed } = layOutFeeds(feeds)
  const input = size > slot.input.byteLength ? new SharedArrayBuffer(size) : undefined
  if (input !== undefined) slot.input = input
  packFeeds(slot.input, packed, feeds)
  return { input, feeds: packed }
}

/** Copies the outputs out of the slot, into arrays of the caller where there are some. */
export function readOutputs(reply: RunReply, slot: Slot, into: Into): RunResult {
  if (reply.output !== undefined) slot.output = reply.output
  return { outputs: unpackOutputs(slot.output, reply.outputs, into), timing: { ms: reply.ms } }
}

/** Feeds that stay as they are when the caller's change. */
export function copyFeeds(feeds: Feeds): Feeds {
  const copies = Object.entries(feeds).map(([name, tensor]) => [
    name,
    { ...tensor, data: tensor.data.slice() },
  ])
  return Object.fromEntries(copies)
}
