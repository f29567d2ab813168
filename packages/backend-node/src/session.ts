import type { TensorInfo } from '@fastflow/core'
import { isTensorType, outdatedRuntime, tensorTypes } from '@fastflow/core/backend'
import type { InferenceSession } from 'onnxruntime-node'
import { createCalls } from './calls.ts'
import type { Execution } from './execution/execution.ts'
import type { ExecutionProviderConfig } from './execution/providers.ts'
import { WorkerFailure } from './failure.ts'
import { areUnchanged } from './file-stamp.ts'
import type { TakeTurn } from './native-turn.ts'
import { atOnce, loadOnFirst, needsTurns } from './probe/choose.ts'
import { probeHalf } from './probe/probe.ts'
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
  readonly execution: Execution
  run(request: RunRequest): Promise<RunReply>
  release(): Promise<void>
}

/**
 * @param takeTurn does what no other thread may do at the same time.
 * @throws WorkerFailure `model-unreadable`, `unsupported`.
 */
export async function createSession(
  runtime: Runtime,
  model: ModelFile,
  request: LoadRequest,
  takeTurn: TakeTurn = atOnce,
): Promise<Session> {
  const source = sourceOf(model)
  const { loaded: session, execution } = await loadOnFirst(runtime, request, takeTurn, (provider) =>
    sessionOn(provider, runtime, model, source, request),
  )
  const outdated = outdatedRuntime('onnxruntime-node', runtime.env.versions?.node, session)
  if (outdated !== undefined) throw unsupported(outdated)
  const turn = needsTurns({ name: execution.executionProvider }) ? takeTurn : atOnce
  const run = createCalls(runtime, session)
  return {
    inputs: session.inputMetadata.map((metadata) => tensorInfo('input', metadata, request.file)),
    outputs: session.outputMetadata.map((metadata) => tensorInfo('output', metadata, request.file)),
    execution,
    run: (call) => turn(() => run(call)),
    release: () => turn(() => session.release()),
  }
}

/**
 * The bytes that were checked are those that are loaded. Where they hold many weights, these would be in memory twice: then
 * onnxruntime reads the file itself.
 */
function sourceOf({ bytes, external, place }: ModelFile): string | Uint8Array {
  if (place === undefined || external.length > 0 || bytes.length < manyBytes) return bytes
  giveBack(bytes)
  return place.path
}

/** @throws WorkerFailure `model-unreadable` where the file changed while onnxruntime read it. */
async function sessionOn(
  provider: ExecutionProviderConfig,
  runtime: Runtime,
  { external, place }: ModelFile,
  source: string | Uint8Array,
  request: LoadRequest,
): Promise<InferenceSession> {
  const options = sessionOptions(provider, external.length > 0 ? place?.folder : undefined, request)
  const { InferenceSession } = runtime
  const isPath = typeof source === 'string'
  const session = await (isPath
    ? InferenceSession.create(source, options)
    : InferenceSession.create(source, options))
  try {
    if (provider.name !== 'cpu' && isHalf(session)) await probeHalf(runtime, provider)
    if (!isPath || place === undefined || (await areUnchanged(place.folder, place.files))) return session
    const message = `${request.file} changed while it was loaded; load it again once it is written`
    throw new WorkerFailure('model-unreadable', request.file, message)
  } catch (error) {
    await session.release()
    throw error
  }
}

function isHalf({ inputMetadata = [], outputMetadata = [] }: Partial<InferenceSession>): boolean {
  return [...inputMetadata, ...outputMetadata].some((one) => one.isTensor && one.type === 'float16')
}

function sessionOptions(
  provider: ExecutionProviderConfig,
  folder: string | undefined,
  request: LoadRequest,
): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    ...request.sessionOptions,
    intraOpNumThreads: request.threads,
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
