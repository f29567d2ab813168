import type { TensorInfo } from '@fastflow/core'
import { readFailure, readProgress } from './progress.ts'
import type { NetworkInfo, WorkerFailureCode, WorkerReply, WorkerRequest } from './protocol.ts'
import { extentOf, readOutputs, readTensorInfo } from './tensors.ts'
import { countIn, listIn, recordIn, textIn, wholeIn } from './values.ts'

/** What was asked, and what the network that it is about gives. */
export interface Asked {
  readonly id: number
  readonly request: WorkerRequest
  readonly outputs: readonly TensorInfo[]
}

const failureCodes: readonly WorkerFailureCode[] = [
  'model-not-found',
  'model-unreadable',
  'model-mismatch',
  'model-failed',
  'limit-exceeded',
  'unsupported',
  'invalid-argument',
]

/** Outputs are laid out on multiples of 64 bytes, so the payload may go on a little after the last. */
const slack = 64

/**
 * An answer out of the header of its frame, before there is memory for the payload.
 *
 * @throws RangeError where it is no answer to what was asked, or announces another payload than its header accounts for.
 */
export function readReply(
  header: unknown,
  payloadBytes: number,
  { id, request, outputs }: Asked,
): WorkerReply {
  const reply = recordIn(header)
  const { kind } = reply
  if (reply.id !== id) throw new RangeError('an answer that nobody asked for')
  const carries = (kind === 'ran' && request.kind === 'run') || (kind === 'file' && request.kind === 'read')
  if (payloadBytes > 0 && !carries) throw new RangeError('a payload that nobody asked for')
  if (kind === 'failed') return { kind, failure: readFailure(reply.failure, failureCodes) }
  if (kind === 'opened' && request.kind === 'open') return readOpened(reply)
  if (kind === 'progress' && request.kind === 'load') return { kind, progress: readProgress(reply.progress) }
  if (kind === 'loaded' && request.kind === 'load') return { kind, info: readInfo(reply.info) }
  if (kind === 'released' && request.kind === 'release') return { kind }
  if (kind === 'file' && request.kind === 'read') return { kind }
  if (kind !== 'ran' || request.kind !== 'run')
    throw new RangeError('an answer of another kind than was asked for')
  const places = readOutputs(reply.outputs, payloadBytes, { fetches: request.fetches, outputs })
  for (const { name, dims } of places) {
    const declared = outputs.find((output) => output.name === name)?.dims ?? []
    if (!fits(dims, declared)) throw new RangeError('an output of another shape than it declared')
  }
  if (payloadBytes >= extentOf(places) + slack)
    throw new RangeError(`a payload of ${payloadBytes} bytes for outputs of ${extentOf(places)}`)
  return { kind, outputs: places, ms: countIn(reply.ms) }
}

function fits(dims: readonly number[], declared: TensorInfo['dims']): boolean {
  if (dims.length !== declared.length) return false
  return declared.every((size, axis) => typeof size === 'string' || size === -1 || size === dims[axis])
}

function readOpened(reply: Readonly<Record<string, unknown>>): WorkerReply {
  return {
    kind: 'opened',
    version: wholeIn(reply.version, 0),
    name: textIn(reply.name),
    networks: listIn(reply.networks).map(textIn),
    files: listIn(reply.files).map(textIn),
  }
}

function readInfo(value: unknown): NetworkInfo {
  const { inputs, outputs, digest } = recordIn(value)
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    throw new RangeError('no digest of a network')
  return {
    inputs: listIn(inputs).map(readTensorInfo),
    outputs: listIn(outputs).map(readTensorInfo),
    digest,
  }
}
