import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import { FastFlowError, type Feeds, type LoadProgress, type RunResult, type Tensor } from '@fastflow/core'
import type { LoadRequest, ModelInfo, Reply, Request, RunReply, SlotTensor } from './protocol.ts'
import { reserved } from './protocol.ts'
import { arrayOf, bytesOf, elementCount, shapeText } from './tensor-types.ts'

/** One worker thread with its own session: the caller's side of `worker.ts`. */
export interface Lane {
  readonly info: ModelInfo
  /** Calls under way; at most `slotsPerLane`. */
  readonly running: () => number
  /** Copies the feeds before it returns. */
  run(feeds: Feeds, fetches: readonly string[], into: Into): Promise<RunResult>
  dispose(): Promise<void>
}

export type Into = Readonly<Record<string, Tensor>>

/** Two, so that the worker finds the next call waiting while the last answer is being read. */
export const slotsPerLane = 2

interface Slot {
  readonly id: number
  input: SharedArrayBuffer
  output: SharedArrayBuffer
}

interface Waiting {
  readonly slot: Slot
  readonly into: Into
  readonly resolve: (result: RunResult) => void
  readonly reject: (error: unknown) => void
}

export function workerPath(): string {
  return createRequire(import.meta.url).resolve('@fastflow/backend-node/worker')
}

/**
 * Starts a worker and loads the model in it. The worker keeps the process alive only while it
 * loads, runs or is being disposed of.
 *
 * @throws FastFlowError whatever the load met; the worker ends by itself then.
 */
export async function startLane(
  path: string,
  request: LoadRequest,
  onProgress: (progress: Omit<LoadProgress, 'name'>) => void,
): Promise<Lane> {
  // The flags of the process (--input-type, --cpu-prof, ...) are not meant for this thread.
  const worker = new Worker(path, { execArgv: [] })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const post = (message: Request): void => worker.postMessage(message)
  const waiting = new Map<number, Waiting>()
  let crash: FastFlowError | undefined

  const info = await new Promise<ModelInfo>((resolve, reject) => {
    const fail = (why: string): void => {
      crash ??= crashed(request.file, why)
      reject(crash)
      for (const { reject: rejectCall } of waiting.values()) rejectCall(crash)
      waiting.clear()
    }
    worker.on('error', (error) => fail(error instanceof Error ? error.message : String(error)))
    worker.on('messageerror', (error) => fail(error.message))
    worker.once('exit', (code) => fail(`exit code ${code}`))
    worker.on('message', (reply: Reply) => {
      if (reply.kind === 'progress') onProgress(reply.progress)
      else if (reply.kind === 'loaded') resolve(reply.info)
      else if (reply.kind === 'load-failed') {
        post({ kind: 'dispose' })
        reject(new FastFlowError(reply.failure))
      } else settle(reply)
    })
    post(request)
  })
  worker.unref()

  const free: Slot[] = Array.from({ length: slotsPerLane }, (_, id) => ({
    id,
    input: new SharedArrayBuffer(0),
    output: new SharedArrayBuffer(0),
  }))

  function settle(reply: Exclude<Reply, { kind: 'progress' | 'loaded' | 'load-failed' }>): void {
    const call = waiting.get(reply.slot)
    if (call === undefined) return
    waiting.delete(reply.slot)
    try {
      if (reply.kind === 'ran') call.resolve(read(reply, call))
      else call.reject(runFailed(request.file, reply.message))
    } catch (error) {
      call.reject(error)
    }
    free.push(call.slot)
    if (waiting.size === 0) worker.unref()
  }

  return {
    info,
    running: () => waiting.size,
    run: (feeds, fetches, into) =>
      new Promise((resolve, reject) => {
        if (crash !== undefined) throw crash
        const slot = free.pop()
        if (slot === undefined) throw new RangeError('run was called on a lane without a free slot')
        const written = write(slot, feeds)
        if (waiting.size === 0) worker.ref()
        waiting.set(slot.id, { slot, into, resolve, reject })
        post({ kind: 'run', slot: slot.id, ...written, fetches })
      }),
    dispose: () => {
      worker.ref()
      post({ kind: 'dispose' })
      return exited
    },
  }
}

/** Copies feeds into the slot, which grows where they do not fit. */
function write(slot: Slot, feeds: Feeds): { input: SharedArrayBuffer | undefined; feeds: SlotTensor[] } {
  let size = 0
  const placed = Object.entries(feeds).map(([name, { type, dims, data }]) => {
    const offset = size
    size += reserved(data.byteLength)
    return { name, type, dims, offset }
  })
  const input = size > slot.input.byteLength ? new SharedArrayBuffer(size) : undefined
  if (input !== undefined) slot.input = input
  for (const { name, offset } of placed) {
    const bytes = bytesOf((feeds[name] as Tensor).data)
    new Uint8Array(slot.input, offset, bytes.length).set(bytes)
  }
  return { input, feeds: placed }
}

function read(reply: RunReply, { slot, into }: Waiting): RunResult {
  if (reply.output !== undefined) slot.output = reply.output
  const outputs: Record<string, Tensor> = {}
  for (const placed of reply.outputs) outputs[placed.name] = copyOut(slot.output, placed, into[placed.name])
  return { outputs, timing: { ms: reply.ms } }
}

function copyOut(from: SharedArrayBuffer, placed: SlotTensor, target: Tensor | undefined): Tensor {
  const { name, type, dims, offset } = placed
  const length = elementCount(dims)
  const ArrayType = arrayOf(type)
  if (target !== undefined && shapeText(target.dims) !== shapeText(dims)) {
    const message = `into.${name}: has shape ${shapeText(target.dims)}, the model gave ${shapeText(dims)}`
    throw new FastFlowError({ code: 'model-mismatch', field: name, message })
  }
  const tensor = target ?? { type, dims, data: new ArrayType(length) }
  bytesOf(tensor.data).set(new Uint8Array(from, offset, length * ArrayType.BYTES_PER_ELEMENT))
  return tensor
}

function runFailed(file: string, why: string): FastFlowError {
  return new FastFlowError({
    code: 'model-failed',
    field: file,
    message: `${file} failed while running: ${why}`,
  })
}

function crashed(file: string, why: string): FastFlowError {
  const message = `${file}: the worker thread that ran it ended (${why}); load the model again`
  return new FastFlowError({ code: 'model-failed', field: file, message })
}
