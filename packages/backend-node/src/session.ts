import type { TensorInfo } from '@fastflow/core'
import { isTensorType, outdatedRuntime, tensorTypes } from '@fastflow/core/backend'
import type { InferenceSession } from 'onnxruntime-node'
import { createCalls } from './calls.ts'
import { messageOf, WorkerFailure } from './failure.ts'
import type { LoadRequest, RunReply, RunRequest } from './protocol.ts'
import type { ModelFile } from './read-model.ts'
import { type Runtime, unsupported } from './runtime.ts'

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
  const session = await runtime.InferenceSession.create(model.bytes, sessionOptions(model, request)).catch(
    (error: unknown) => {
      const message = `${request.file} cannot be loaded by onnxruntime: ${messageOf(error)}`
      throw new WorkerFailure('model-unreadable', request.file, message)
    },
  )
  const outdated = outdatedRuntime('onnxruntime-node', runtime.env.versions?.node, session)
  if (outdated !== undefined) throw unsupported(outdated)
  return {
    inputs: session.inputMetadata.map((metadata) => tensorInfo('input', metadata, request.file)),
    outputs: session.outputMetadata.map((metadata) => tensorInfo('output', metadata, request.file)),
    run: createCalls(runtime, session),
    release: () => session.release(),
  }
}

function sessionOptions(model: ModelFile, request: LoadRequest): InferenceSession.SessionOptions {
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
        ...(model.external.length > 0 && {
          model_external_initializers_file_folder_path: model.place?.folder,
        }),
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
