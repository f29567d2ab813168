import { isRecord, type LoadProgress, type TensorInfo } from '@fastflow/core'
import { arrayOf, elementCount, isTensorType, type PackedTensor } from '@fastflow/core/backend'
import type { Execution } from '../execution/execution.ts'
import { type ExecutionProviderName, isProviderName } from '../execution/providers.ts'
import type { FileStamp } from '../file-stamp.ts'
import { isStamp } from '../known-digest.ts'
import type { Failure, ModelInfo, Reply, Request } from '../protocol.ts'

// Requests and answers as headers of frames. Memory that threads share is the payload of a frame here. Answers come
// from a process that ran a foreign model: nothing in them is believed before it was looked at.

/** What the process says besides the answers of its worker. */
export interface OverMemory {
  readonly kind: 'over-memory'
}

/** What an answer may be about. */
export interface Expected {
  /** Outputs that were asked for; undefined while no call is under way. */
  readonly fetches: readonly string[] | undefined
  /** The model's, once it is loaded. */
  readonly outputs: readonly TensorInfo[]
}

/** The header of a request; its payload are the feeds, or the bytes of a model. */
export function requestHeader(request: Request): unknown {
  if (request.kind === 'load' && typeof request.source !== 'string') return { ...request, source: undefined }
  return request.kind === 'run' ? { ...request, input: undefined } : request
}

/** Bytes that packed tensors reach to. */
export function extentOf(packed: readonly PackedTensor[]): number {
  return packed.reduce((end, place) => Math.max(end, endOf(place)), 0)
}

function endOf({ type, dims, offset }: PackedTensor): number {
  return offset + elementCount(dims) * arrayOf(type).BYTES_PER_ELEMENT
}

/**
 * An answer out of the header of its frame.
 *
 * @param payload where outputs lie.
 * @throws RangeError where it is no answer to what was asked.
 */
export function readReply(header: unknown, payload: Uint8Array, expected: Expected): Reply | OverMemory {
  if (!isRecord(header)) throw new RangeError('an answer that is no object')
  switch (header.kind) {
    case 'over-memory':
      return { kind: 'over-memory' }
    case 'progress':
      return { kind: 'progress', progress: readProgress(header.progress) }
    case 'loaded':
      return { kind: 'loaded', info: readInfo(header.info) }
    case 'probed':
      return { kind: 'probed', works: header.works === true, reason: text(header.reason) }
    case 'load-failed':
      return { kind: 'load-failed', failure: readFailure(header.failure) }
    case 'run-failed':
      return { kind: 'run-failed', slot: 0, message: text(header.message) }
    case 'ran':
      return {
        kind: 'ran',
        slot: 0,
        output: undefined,
        outputs: readOutputs(header.outputs, payload.length, expected),
        ms: count(header.ms),
      }
    default:
      throw new RangeError('an answer of no known kind')
  }
}

const statuses: readonly unknown[] = ['initiate', 'progress', 'done'] satisfies LoadProgress['status'][]

function readProgress(value: unknown): Omit<LoadProgress, 'name'> {
  const { status, file, progress, loaded, total } = record(value)
  if (!statuses.includes(status)) throw new RangeError('progress of no known kind')
  return {
    status: status as LoadProgress['status'],
    file: text(file),
    ...(progress !== undefined && { progress: count(progress) }),
    ...(loaded !== undefined && { loaded: count(loaded) }),
    ...(total !== undefined && { total: count(total) }),
  }
}

function readInfo(value: unknown): ModelInfo {
  const { inputs, outputs, digest, files, execution } = record(value)
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    throw new RangeError('no digest of a model')
  if (files !== undefined && !list(files).every(isStamp))
    throw new RangeError('stamps of files that are none')
  return {
    inputs: list(inputs).map(readTensorInfo),
    outputs: list(outputs).map(readTensorInfo),
    digest,
    ...(files !== undefined && { files: list(files) as readonly FileStamp[] }),
    ...(execution !== undefined && { execution: readExecution(execution) }),
  }
}

function readExecution(value: unknown): Execution {
  const { executionProvider, index, refused } = record(value)
  return {
    executionProvider: provider(executionProvider),
    index: whole(index, 0),
    refused: list(refused).map((refusal) => {
      const { executionProvider: name, reason } = record(refusal)
      return { executionProvider: provider(name), reason: text(reason) }
    }),
  }
}

function provider(value: unknown): ExecutionProviderName {
  if (isProviderName(value)) return value
  throw new RangeError('an execution provider of no known name')
}

function readTensorInfo(value: unknown): TensorInfo {
  const { name, type, dims } = record(value)
  if (typeof type !== 'string' || !isTensorType(type)) throw new RangeError('a tensor of no known type')
  return {
    name: text(name),
    type,
    dims: list(dims).map((size) => (typeof size === 'string' ? size : whole(size, -1))),
  }
}

const failureCodes: readonly unknown[] = [
  'model-not-found',
  'model-unreadable',
  'unsupported',
] satisfies Failure['code'][]

function readFailure(value: unknown): Failure {
  const { code, field, message } = record(value)
  if (!failureCodes.includes(code)) throw new RangeError('a failure of no known kind')
  return { code: code as Failure['code'], field: text(field), message: text(message) }
}

/** Places of exactly the outputs that were asked for, all of them within the payload. */
function readOutputs(value: unknown, payloadBytes: number, { fetches, outputs }: Expected): PackedTensor[] {
  const packed = list(value)
  if (fetches === undefined) throw new RangeError('an answer that nobody asked for')
  if (packed.length !== fetches.length) throw new RangeError('other outputs than were asked for')
  return fetches.map((name, index) => {
    const place = record(packed[index])
    const type = outputs.find((output) => output.name === name)?.type
    if (place.name !== name || type === undefined || place.type !== type)
      throw new RangeError('other outputs than were asked for')
    const tensor = {
      name,
      type,
      dims: list(place.dims).map((size) => whole(size, 0)),
      offset: whole(place.offset, 0),
    }
    if (tensor.offset % 8 !== 0 || !(endOf(tensor) <= payloadBytes))
      throw new RangeError('an output outside the payload')
    return tensor
  })
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value
  throw new RangeError('an answer without what belongs to it')
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw new RangeError('an answer without a list that belongs to it')
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  throw new RangeError('an answer without a text that belongs to it')
}

function count(value: unknown): number {
  if (typeof value === 'number' && value >= 0) return value
  throw new RangeError('an answer without a number that belongs to it')
}

function whole(value: unknown, least: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
  throw new RangeError('an answer with a size that is none')
}
