import {
  arrayOf,
  bytesOf,
  elementCount,
  isTensorType,
  layOut,
  type PackedTensor,
  pack,
} from '@fastflow/core/backend'
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { RunReply, RunRequest } from './protocol.ts'
import type { Runtime } from './runtime.ts'

/** Tensors are kept for this many different shapes of a call (conditional and doubled batch, say). */
const keptShapes = 8

interface Call {
  readonly feeds: Readonly<Record<string, OrtTensor>>
  /** Written in place from the second call of a shape on. */
  outputs: Readonly<Record<string, OrtTensor>> | undefined
}

/**
 * Runs a session on tensors that are allocated once per shape and reused.
 *
 * onnxruntime refuses shared memory on Node 20, hence the copy between a slot and its tensors.
 */
export function createCalls(
  runtime: Runtime,
  session: InferenceSession,
): (request: RunRequest) => Promise<RunReply> {
  const calls = new Map<string, Call>()
  const slots = new Map<number, { input: SharedArrayBuffer; output: SharedArrayBuffer }>()
  let preallocate = true

  return async (request) => {
    const slot = slots.get(request.slot) ?? {
      input: new SharedArrayBuffer(0),
      output: new SharedArrayBuffer(0),
    }
    slots.set(request.slot, slot)
    if (request.input !== undefined) slot.input = request.input
    const call = callOf(request)
    for (const { name, offset } of request.feeds) {
      const bytes = bytesOf(viewOf(call.feeds[name]))
      bytes.set(new Uint8Array(slot.input, offset, bytes.length))
    }
    const start = performance.now()
    const results = await forward(call, request.fetches)
    const ms = performance.now() - start
    const { size, packed: outputs } = layout(results, request.fetches)
    const grown = size > slot.output.byteLength ? new SharedArrayBuffer(size) : undefined
    if (grown !== undefined) slot.output = grown
    for (const place of outputs) pack(slot.output, place, viewOf(results[place.name]))
    if (preallocate && call.outputs === undefined) call.outputs = ownTensors(results, request.fetches)
    return { kind: 'ran', slot: request.slot, output: grown, outputs, ms }
  }

  function callOf({ feeds, fetches }: RunRequest): Call {
    const key = JSON.stringify([feeds.map(({ name, dims }) => [name, dims]), fetches])
    const kept = calls.get(key)
    if (kept !== undefined) return kept
    const tensors = feeds.map(({ name, type, dims }) => [name, emptyTensor(type, dims)] as const)
    const call: Call = { feeds: Object.fromEntries(tensors), outputs: undefined }
    const [oldest] = calls.keys()
    if (calls.size >= keptShapes && oldest !== undefined) calls.delete(oldest)
    calls.set(key, call)
    return call
  }

  /** A model whose output sizes depend on values refuses prepared outputs: then it gets none any more. */
  async function forward(call: Call, fetches: readonly string[]): Promise<InferenceSession.ReturnType> {
    if (call.outputs === undefined) return session.run(call.feeds, fetches)
    try {
      return await session.run(call.feeds, call.outputs)
    } catch {
      const results = await session.run(call.feeds, fetches)
      preallocate = false
      for (const kept of calls.values()) kept.outputs = undefined
      return results
    }
  }

  function ownTensors(results: InferenceSession.ReturnType, fetches: readonly string[]): Call['outputs'] {
    return Object.fromEntries(
      layout(results, fetches).packed.map(({ name, type, dims }) => [name, emptyTensor(type, dims)]),
    )
  }

  function emptyTensor(type: PackedTensor['type'], dims: readonly number[]): OrtTensor {
    const Data = arrayOf(type)
    return new runtime.Tensor(type, new Data(elementCount(dims)) as OrtTensor['data'], dims)
  }
}

function layout(results: InferenceSession.ReturnType, fetches: readonly string[]): ReturnType<typeof layOut> {
  return layOut(
    fetches.map((name) => {
      const tensor = results[name]
      const type = tensor?.type
      if (tensor === undefined || type === undefined || !isTensorType(type))
        throw new TypeError(`the model gave no tensor for its output ${name}`)
      return { name, type, dims: tensor.dims }
    }),
  )
}

function viewOf(tensor: OrtTensor | undefined): ArrayBufferView {
  const data = tensor?.data
  if (data === undefined || !ArrayBuffer.isView(data)) throw new TypeError('the tensor holds no numbers')
  return data
}
