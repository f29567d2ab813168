import type { TensorInfo } from '@fastflow/core'
import { isTensorType, outdatedRuntime, tensorTypes } from '@fastflow/core/backend'
import type { InferenceSession } from 'onnxruntime-node'
import { createCalls } from './calls.ts'
import { messageOf, WorkerFailure } from './failure.ts'
import { areUnchanged } from './file-stamp.ts'
import type { LoadRequest, RunReply, RunRequest } from './protocol.ts'
import type { ModelFile } from './read-model.ts'
import { giveBack } from './returnable.ts'
import { type Runtime, unsupported } from './runtime.ts'

/** Models of fewer bytes are handed over as they were read. */
const manyBytes = 2 ** 24

/** One onnxruntime session and the tensors it reads and writes, all in the worker. */
export interface Session {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  run(request: RunRequest): Promise<RunReply>
  release(): Promise<void>
}

/** @throws WorkerFailure `model-unreadable`, `unsupported`. */
export async function createSession(
  runtime: Runtime,
  model: ModelFile,
  request: LoadRequest,
): Promise<Session> {
  const session = await sessionOf(runtime, model, request).catch((error: unknown) => {
    if (error instanceof WorkerFailure) throw error
    const message = `${request.file} cannot be loaded by onnxruntime: ${messageOf(error)}`
    throw new WorkerFailure('model-unreadable', request.file, message)
  })
  const outdated = outdatedRuntime('onnxruntime-node', runtime.env.versions?.node, session)
  if (outdated !== undefined) throw unsupported(outdated)
  return {
    inputs: session.inputMetadata.map((metadata) => tensorInfo('input', metadata, request.file)),
    outputs: session.outputMetadata.map((metadata) => tensorInfo('output', metadata, request.file)),
    run: createCalls(runtime, session),
    release: () => session.release(),
  }
}

/**
 * The bytes that were checked are those that are loaded. Where they hold many weights, these would be in memory twice: then
 * onnxruntime reads the file itself, and a file that changed meanwhile is refused.
 */
async function sessionOf(
  runtime: Runtime,
  { bytes, external, place }: ModelFile,
  request: LoadRequest,
): Promise<InferenceSession> {
  const options = sessionOptions(external.length > 0 ? place?.folder : undefined, request)
  if (place === undefined || external.length > 0 || bytes.length < manyBytes)
    return runtime.InferenceSession.create(bytes, options)
  giveBack(bytes)
  const session = await runtime.InferenceSession.create(place.path, options)
  if (await areUnchanged(place.folder, place.files)) return session
  await session.release()
  const message = `${request.file} changed while it was loaded; load it again once it is written`
  throw new WorkerFailure('model-unreadable', request.file, message)
}

function sessionOptions(folder: string | undefined, request: LoadRequest): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
    intraOpNumThreads: request.threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    extra: {
      session: {
        intra_op: { allow_spinning: request.spin ? '1' : '0' },
        ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
        // Packed weights are copies; the others are pages of the files.
        ...(folder !== undefined && request.mapWeights && { disable_prepacking: '1' }),
      },
    },
  }
}

function tensorInfo(side: string, metadata: InferenceSession.ValueMetadata, file: string): TensorInfo {
  const type = metadata.isTensor ? metadata.type : 'not a tensor'
  if (!metadata.isTensor || !isTensorType(type)) {
    const fix = `supported are ${tensorTypes.join(', ')}; export the model with one of these`
    throw unsupported(`${file}: ${side} ${metadata.name} is ${type}; ${fix}`)
  }
  return { name: metadata.name, type, dims: metadata.shape.map((size) => (size === '' ? -1 : size)) }
}
