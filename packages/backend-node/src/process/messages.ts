import {
  countIn,
  type Expected,
  listIn,
  readFailure,
  readOutputs,
  readProgress,
  readTensorInfo,
  recordIn,
  textIn,
  wholeIn,
} from '@fastflow/backend-process/channel'
import { isRecord } from '@fastflow/core'
import type { Execution } from '../execution/execution.ts'
import { type ExecutionProviderName, isProviderName } from '../execution/providers.ts'
import type { FileStamp } from '../file-stamp.ts'
import { isStamp } from '../known-digest.ts'
import type { ModelInfo, Reply, Request } from '../protocol.ts'

// Requests and answers as headers of frames. Memory that threads share is the payload of a frame here. Answers come
// from a process that ran a foreign model: nothing in them is believed before it was looked at.

/** What the process says besides the answers of its worker. */
export interface OverMemory {
  readonly kind: 'over-memory'
}

/** The header of a request; its payload are the feeds, or the bytes of a model. */
export function requestHeader(request: Request): unknown {
  if (request.kind === 'load' && typeof request.source !== 'string') return { ...request, source: undefined }
  return request.kind === 'run' ? { ...request, input: undefined } : request
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
      return { kind: 'probed', works: header.works === true, reason: textIn(header.reason) }
    case 'load-failed':
      return { kind: 'load-failed', failure: readFailure(header.failure, failureCodes) }
    case 'run-failed':
      return { kind: 'run-failed', slot: 0, message: textIn(header.message) }
    case 'ran':
      return {
        kind: 'ran',
        slot: 0,
        output: undefined,
        outputs: readOutputs(header.outputs, payload.length, expected),
        ms: countIn(header.ms),
      }
    default:
      throw new RangeError('an answer of no known kind')
  }
}

function readInfo(value: unknown): ModelInfo {
  const { inputs, outputs, digest, files, execution } = recordIn(value)
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    throw new RangeError('no digest of a model')
  if (files !== undefined && !listIn(files).every(isStamp))
    throw new RangeError('stamps of files that are none')
  return {
    inputs: listIn(inputs).map(readTensorInfo),
    outputs: listIn(outputs).map(readTensorInfo),
    digest,
    ...(files !== undefined && { files: listIn(files) as readonly FileStamp[] }),
    ...(execution !== undefined && { execution: readExecution(execution) }),
  }
}

function readExecution(value: unknown): Execution {
  const { executionProvider, index, refused } = recordIn(value)
  return {
    executionProvider: provider(executionProvider),
    index: wholeIn(index, 0),
    refused: listIn(refused).map((refusal) => {
      const { executionProvider: name, reason } = recordIn(refusal)
      return { executionProvider: provider(name), reason: textIn(reason) }
    }),
  }
}

function provider(value: unknown): ExecutionProviderName {
  if (isProviderName(value)) return value
  throw new RangeError('an execution provider of no known name')
}

const failureCodes = ['model-not-found', 'model-unreadable', 'unsupported'] as const
