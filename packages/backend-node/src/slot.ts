import type { Feeds, RunResult, Tensor } from '@fastflow/core'
import { layOutFeeds, type PackedTensor, packFeeds, unpackOutputs } from '@fastflow/core/backend'
import type { RunReply } from './protocol.ts'

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
