import { createRequire } from 'node:module'
import { isAbsolute } from 'node:path'
import { Worker } from 'node:worker_threads'
import { FastFlowError, type Feeds, type LoadProgress, type RunResult } from '@fastflow/core'
import type { LoadRequest, ModelInfo, Reply, Request } from './protocol.ts'
import { emptySlot, type Into, readOutputs, type Slot, writeFeeds } from './slot.ts'

/** One worker thread with its own session: the caller's side of `worker.ts`. */
export interface Lane {
  readonly info: ModelInfo
  /** Calls under way; at most `slotsPerLane`. */
  readonly running: () => number
  /** Copies the feeds before it returns. */
  run(feeds: Feeds, fetches: readonly string[], into: Into): Promise<RunResult>
  dispose(): Promise<void>
}

export type OnProgress = (progress: Omit<LoadProgress, 'name'>) => void

/** Two, so that the worker finds the next call waiting while the last answer is being read. */
export const slotsPerLane = 2

interface Waiting {
  readonly slot: Slot
  readonly into: Into
  readonly resolve: (result: RunResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * The file of the worker. Bundlers cannot follow it: they leave a module's number, or nothing, in its place.
 *
 * @throws FastFlowError `unsupported` saying how to leave this package out of a bundle.
 */
export function workerPath(
  resolve: (id: string) => unknown = createRequire(import.meta.url).resolve,
): string {
  let path: unknown
  try {
    path = resolve('@fastflow/backend-node/worker')
  } catch {
    // Said below.
  }
  if (typeof path === 'string' && isAbsolute(path)) return path
  const fix =
    "leave it out of the bundle and install it beside: --external:@fastflow/backend-node with esbuild, externals with webpack and Rollup, serverExternalPackages: ['@fastflow/backend-node'] in Next.js"
  const message = `worker: the file of the worker of @fastflow/backend-node is not found, as where it was bundled; ${fix}`
  throw new FastFlowError({ code: 'unsupported', field: 'worker', message })
}

/**
 * Loading a model, onnxruntime 1.30 reads the command line of the process by a recursion as deep as that is long: a prompt of
 * 20,000 characters there overflows the 4 MB that threads have otherwise. Only what is used of it costs memory.
 */
const stackSizeMb = 64

/**
 * Starts a worker and loads the model in it. The worker keeps the process alive only while it
 * loads, runs or is being disposed of.
 *
 * @throws FastFlowError whatever the load met; the worker ends by itself then.
 */
export async function startLane(path: string, request: LoadRequest, onProgress: OnProgress): Promise<Lane> {
  // The flags of the process (--input-type, --cpu-prof, ...) are not meant for this thread.
  const worker = new Worker(path, { execArgv: [], resourceLimits: { stackSizeMb } })
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const calls = createCalls(worker, request.file)
  const info = await load(worker, request, onProgress)
  worker.unref()
  return {
    info,
    ...calls,
    dispose: () => {
      worker.ref()
      post(worker, { kind: 'dispose' })
      return exited
    },
  }
}

function post(worker: Worker, message: Request): void {
  worker.postMessage(message)
}

function load(worker: Worker, request: LoadRequest, onProgress: OnProgress): Promise<ModelInfo> {
  return new Promise((resolve, reject) => {
    const give = (error: unknown): void => {
      post(worker, { kind: 'dispose' })
      reject(error)
    }
    onCrash(worker, request.file, reject)
    worker.on('message', (reply: Reply) => {
      if (reply.kind === 'loaded') resolve(reply.info)
      if (reply.kind === 'load-failed') give(new FastFlowError(reply.failure))
      if (reply.kind !== 'progress') return
      try {
        onProgress(reply.progress)
      } catch (error) {
        give(error)
      }
    })
    post(worker, request)
  })
}

function createCalls(worker: Worker, file: string): Pick<Lane, 'running' | 'run'> {
  const free = Array.from({ length: slotsPerLane }, (_, id) => emptySlot(id))
  const waiting = new Map<number, Waiting>()
  let crash: FastFlowError | undefined

  onCrash(worker, file, (error) => {
    crash ??= error
    for (const { reject } of waiting.values()) reject(crash)
    waiting.clear()
  })
  worker.on('message', (reply: Reply) => {
    if (reply.kind !== 'ran' && reply.kind !== 'run-failed') return
    const call = waiting.get(reply.slot)
    if (call === undefined) return
    waiting.delete(reply.slot)
    try {
      if (reply.kind === 'ran') call.resolve(readOutputs(reply, call.slot, call.into))
      else call.reject(runFailed(file, reply.message))
    } catch (error) {
      call.reject(error)
    }
    free.push(call.slot)
    if (waiting.size === 0) worker.unref()
  })

  return {
    running: () => waiting.size,
    run: (feeds, fetches, into) =>
      new Promise((resolve, reject) => {
        const slot = free.at(-1)
        if (crash !== undefined) throw crash
        if (slot === undefined) throw new RangeError('run was called on a lane without a free slot')
        const written = writeFeeds(slot, feeds)
        free.pop()
        if (waiting.size === 0) worker.ref()
        waiting.set(slot.id, { slot, into, resolve, reject })
        post(worker, { kind: 'run', slot: slot.id, ...written, fetches })
      }),
  }
}

/** Calls back however the worker ends, and when it ends as it should. */
function onCrash(worker: Worker, file: string, listener: (error: FastFlowError) => void): void {
  const report = (why: string): void => listener(crashed(file, why))
  worker.on('error', (error) => report(error instanceof Error ? error.message : String(error)))
  worker.on('messageerror', (error) => report(error.message))
  worker.on('exit', (code) => report(`exit code ${code}`))
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
