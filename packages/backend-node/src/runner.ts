import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { type AbortSignalLike, invalidArgument, type LoadProgress, type ModelRunner } from '@fastflow/core'
import {
  checkCallback,
  checkFlag,
  checkOptions,
  checkSignal,
  checkText,
  type OptionNames,
  shown,
  throwIfAborted,
} from '@fastflow/core/backend'
import { type DigestMemory, digestFile, digestMemory } from './digest/digest-memory.ts'
import { sameFiles } from './file-stamp.ts'
import { type Lane, type OnProgress, startLane } from './lane.ts'
import { type CheckedIsolation, checkIsolation, type IsolationOptions } from './limits.ts'
import { pathOf } from './location.ts'
import { startProcessLane } from './process/lane.ts'
import type { LoadRequest } from './protocol.ts'
import { runnerOf } from './queue.ts'
import { revivingLane } from './revive.ts'
import { workerPath } from './thread-link.ts'
import { watchSignal } from './watch-signal.ts'

export interface ThreadOptions {
  /** Threads inside each worker's network; by default the cores divided by `workers`. */
  readonly threads?: number
  /**
   * Worker threads (or processes) per model, each with its own copy of the weights; 1 by default. More serve calls
   * side by side, which pays for many small independent calls only.
   */
  readonly workers?: number
  /**
   * Whether network threads wait for work in a busy loop; false by default: where other
   * processes want the cores too, waiting threads only take time from the rest (`pnpm bench` measures both).
   */
  readonly spin?: boolean
}

/** Options of every network that a backend loads. */
export interface NodeBackendOptions extends ThreadOptions, IsolationOptions {}

export interface ModelRunnerOptions extends NodeBackendOptions {
  /** Name of the model in progress reports and errors; the path by default. */
  readonly name?: string
  readonly onProgress?: (progress: LoadProgress) => void
  /**
   * Whether weights beside the model stay in their files, which are mapped: loads at once, gives all memory back, and runs up to a
   * fifth slower. The files must not be written to meanwhile. False by default.
   */
  readonly mapWeights?: boolean
  /** Cancels loading, whatever onnxruntime is doing; looked at twenty times a second and whenever there is progress. */
  readonly signal?: AbortSignalLike
}

export const backendNames: OptionNames<NodeBackendOptions> = {
  threads: true,
  workers: true,
  spin: true,
  isolation: true,
  limits: true,
}

const names: OptionNames<ModelRunnerOptions> = {
  ...backendNames,
  name: true,
  onProgress: true,
  mapWeights: true,
  signal: true,
}

/**
 * Loads one ONNX model in a worker thread, or in a process with limits: neither loading nor running blocks the event loop.
 *
 * @param source path or `file:` address of an `.onnx` file, whose external data, if any, lies in the same
 *   folder; or the bytes of a model without external data, which must not change as long as a process may load them again.
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `unsupported` (onnxruntime-node is
 *   missing, or the model has tensors of a type FastFlow does not carry), `invalid-argument`, `model-failed` where it ends
 *   the process it is loaded in, `limit-exceeded` naming the limit, `aborted`.
 */
export async function createModelRunner(
  source: string | URL | Uint8Array,
  options: ModelRunnerOptions = {},
): Promise<ModelRunner> {
  checkOptions('options', options, names)
  return loadRunner(source, options, digestMemory(digestFile()))
}

/** {@link createModelRunner}, with what is remembered of digests. */
export async function loadRunner(
  source: string | URL | Uint8Array,
  options: ModelRunnerOptions,
  digests: DigestMemory,
): Promise<ModelRunner> {
  const { workers, threads } = checkThreads(options)
  if (options.name !== undefined) checkText('name', options.name, 'what errors are to call the model')
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
  checkFlag('mapWeights', options.mapWeights)
  checkSignal(options.signal)
  const settings = checkIsolation(options)
  const path = source instanceof Uint8Array ? source : resolve(pathOf(source, 'source', 'an .onnx file'))
  const file = options.name ?? (path instanceof Uint8Array ? 'the model' : String(source))
  const look = (): void => throwIfAborted(options.signal, `loading ${file}`)
  look()
  const known = typeof path === 'string' ? await digests.recall(path) : undefined
  const request: LoadRequest = {
    kind: 'load',
    source: path,
    file,
    threads,
    spin: options.spin ?? false,
    ...(options.mapWeights && { mapWeights: true }),
    ...(known && { known }),
  }
  const report: OnProgress = (progress) => {
    look()
    options.onProgress?.({ name: file, ...progress })
  }
  const watch = watchSignal(options.signal, `loading ${file}`)
  const open = opener(request, settings, watch.signal)
  const started = await Promise.allSettled(
    Array.from({ length: workers }, (_, index) => open(index === 0 ? report : () => {})),
  )
  watch.stop()
  const lanes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  for (const result of started) {
    if (result.status === 'fulfilled') continue
    await Promise.all(lanes.map((lane) => lane.dispose()))
    throw result.reason
  }
  const { digest, files } = lanes[0]!.info
  if (typeof path === 'string' && files !== undefined && !(known && sameFiles(known.files, files)))
    await digests.remember(path, { digest, files })
  const runner = runnerOf(lanes, file, settings)
  try {
    report({ status: 'ready', file })
    look()
  } catch (error) {
    await runner.dispose()
    throw error
  }
  return runner
}

/** How a lane is opened; a process that had to be ended is replaced, a thread is not. */
function opener(
  request: LoadRequest,
  settings: CheckedIsolation,
  loading: AbortSignal,
): (onProgress: OnProgress) => Promise<Lane> {
  if (settings.isolation === 'thread')
    return (onProgress) => startLane(workerPath(), request, onProgress, { settings, signal: loading })
  return (onProgress) => {
    let [report, known] = [onProgress, request.known]
    return revivingLane(async (killed) => {
      const starting = startProcessLane({ ...request, ...(known && { known }) }, report, {
        settings,
        signal: AbortSignal.any([loading, killed]),
      })
      // Progress and signal are of the first load, which the caller waits for.
      report = () => {}
      const started = await starting
      const { digest, files } = started.info
      if (files !== undefined) known = { digest, files }
      return started
    }, request.file)
  }
}

/** @throws FastFlowError `invalid-argument`. */
export function checkThreads(options: ThreadOptions): { threads: number; workers: number } {
  checkFlag('spin', options.spin)
  const { workers = 1 } = options
  positive('workers', workers)
  const { threads = Math.max(1, Math.floor(availableParallelism() / workers)) } = options
  return { workers, threads: positive('threads', threads) }
}

function positive(field: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 1024) {
    throw invalidArgument(field, `must be a whole number from 1 to 1024, got ${shown(value)}`)
  }
  return value
}
