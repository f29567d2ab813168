import type { TensorInfo, TensorType } from '@fastflow/core'
import { isTensorType, layOut, type PackedTensor, pack, tensorTypes, unpack } from '@fastflow/core/backend'
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-web'
import { explain, missingOperator, WorkerFailure } from '../failure.ts'
import type { ResidentTensor, RunReply, RunRequest } from '../protocol.ts'
import type { ModelFile } from './read-model.ts'
import type { Runtime, StartedRuntime } from './runtime.ts'
import type { Vectors } from './vectors.ts'

/** One onnxruntime session in the worker. */
export interface Session {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  /** Feeds and outputs that are vectors stay where they are. */
  run(request: RunRequest, vectors: Vectors | undefined): Promise<RunReply>
  release(): Promise<void>
}

/** @throws WorkerFailure `model-unreadable`, `model-failed` where memory runs out, `unsupported`. */
export async function createSession(
  { ort, executionProvider }: StartedRuntime,
  model: ModelFile,
  file: string,
): Promise<Session> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: [executionProvider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    externalData: [...model.external],
  }
  const session = await ort.InferenceSession.create(model.bytes, options).catch((error: unknown) => {
    const operator = missingOperator(error)
    if (operator !== undefined) throw new WorkerFailure('unsupported', file, `${file}: ${operator}`)
    const { message, fatal } = explain(error)
    const code = fatal ? 'model-failed' : 'model-unreadable'
    throw new WorkerFailure(code, file, `${file} cannot be loaded by onnxruntime: ${message}`)
  })
  try {
    return {
      inputs: session.inputMetadata.map((metadata) => tensorInfo('input', metadata, file)),
      outputs: session.outputMetadata.map((metadata) => tensorInfo('output', metadata, file)),
      run: (request, vectors) => run(ort, session, request, vectors),
      release: () => session.release(),
    }
  } catch (error) {
    await session.release()
    throw error
  }
}

async function run(
  ort: Runtime,
  session: InferenceSession,
  request: RunRequest,
  vectors: Vectors | undefined,
): Promise<RunReply> {
  const { call, input, feeds, fetches, resident } = request
  const onCard = ({ name, vector, dims }: ResidentTensor): readonly [string, OrtTensor] => {
    if (vectors === undefined) throw new Error('there are no vectors without WebGPU')
    return [name, ort.Tensor.fromGpuBuffer(vectors.buffer(vector), { dataType: 'float32', dims })]
  }
  const tensors = feeds.map((place) => [place.name, tensorOf(ort, input, place)] as const)
  if (resident !== undefined) {
    const start = performance.now()
    const all = Object.fromEntries([...tensors, ...resident.feeds.map(onCard)])
    await session.run(all, Object.fromEntries(resident.outputs.map(onCard)))
    return { kind: 'ran', call, input, output: request.output, outputs: [], ms: performance.now() - start }
  }
  const start = performance.now()
  const results = await session.run(Object.fromEntries(tensors), fetches)
  const ms = performance.now() - start
  const { size, packed } = layOut(
    fetches.map((name) => ({ name, type: typeOf(results[name], name), dims: results[name]!.dims })),
  )
  const output = size > request.output.byteLength ? new ArrayBuffer(size) : request.output
  for (const place of packed) {
    const tensor = results[place.name]!
    pack(output, place, viewOf(tensor))
    tensor.dispose()
  }
  return { kind: 'ran', call, input, output, outputs: packed, ms }
}

/** onnxruntime copies the elements into its own memory. */
function tensorOf(ort: Runtime, input: ArrayBuffer, place: PackedTensor): OrtTensor {
  return new ort.Tensor(place.type, unpack(input, place) as OrtTensor['data'], place.dims)
}

function typeOf(tensor: OrtTensor | undefined, name: string): TensorType {
  if (tensor !== undefined && isTensorType(tensor.type)) return tensor.type
  throw new TypeError(`the model gave no tensor for its output ${name}`)
}

function viewOf({ data }: OrtTensor): ArrayBufferView {
  if (ArrayBuffer.isView(data)) return data
  throw new TypeError('the tensor holds no numbers')
}

function tensorInfo(side: string, metadata: InferenceSession.ValueMetadata, file: string): TensorInfo {
  const type = metadata.isTensor ? metadata.type : 'not a tensor'
  if (!metadata.isTensor || !isTensorType(type)) {
    const fix = `supported are ${tensorTypes.join(', ')}; export the model with one of these`
    const message = `${file}: ${side} ${metadata.name} is ${type}; ${fix}`
    throw new WorkerFailure('unsupported', metadata.name, message)
  }
  return { name: metadata.name, type, dims: metadata.shape.map((size) => (size === '' ? -1 : size)) }
}
