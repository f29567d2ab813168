import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type AbortSignalLike,
  FastFlowError,
  invalidArgument,
  type LoadProgress,
  type ModelRunner,
} from '@fastflow/core'
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
import { type OnProgress, startLane, workerPath } from './lane.ts'
import type { LoadRequest } from './protocol.ts'
import { runnerOf } from './queue.ts'

export interface ThreadOptions {
  /** Threads inside each worker's network; by default the cores divided by `workers`. */
  readonly threads?: number
  /**
   * Worker threads per model, each with its own copy of the weights; 1 by default. More serve calls
   * side by side, which pays for many small independent calls only.
   */
  readonly workers?: number
  /**
   * Whether network threads wait for work in a busy loop; false by default: where other
   * processes want the cores too, waiting threads only take time from the rest (`pnpm bench` measures both).
   */
  readonly spin?: boolean
}

export interface ModelRunnerOptions extends ThreadOptions {
  /** Name of the model in progress reports and errors; the path by default. */
  readonly name?: string
  readonly onProgress?: (progress: LoadProgress) => void
  /** Cancels loading; looked at whenever there is progress. */
  readonly signal?: AbortSignalLike
}

export const threadNames: OptionNames<ThreadOptions> = { threads: true, workers: true, spin: true }

const names: OptionNames<ModelRunnerOptions> = {
  ...threadNames,
  name: true,
  onProgress: true,
  signal: true,
}

/**
 * Loads one ONNX model in a worker thread: neither loading nor running blocks the event loop.
 *
 * @param source path or file URL of an `.onnx` file, whose external data, if any, lies in the same
 *   folder; or the bytes of a model without external data.
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `unsupported` (onnxruntime-node is
 *   missing, or the model has tensors of a type FastFlow does not carry), `invalid-argument`.
 */
export async function createModelRunner(
  source: string | URL | Uint8Array,
  options: ModelRunnerOptions = {},
): Promise<ModelRunner> {
  checkOptions('options', options, names)
  const { workers, threads } = checkThreads(options)
  if (options.name !== undefined) checkText('name', options.name, 'what errors are to call the model')
  checkCallback('onProgress', options.onProgress, '(progress) => ...')
  checkSignal(options.signal)
  const path = source instanceof Uint8Array ? source : pathOf(source)
  const file = options.name ?? (path instanceof Uint8Array ? 'the model' : String(source))
  const request: LoadRequest = { kind: 'load', source: path, file, threads, spin: options.spin ?? false }
  const report: OnProgress = (progress) => {
    throwIfAborted(options.signal, `loading ${file}`)
    options.onProgress?.({ name: file, ...progress })
  }
  const started = await Promise.allSettled(
    Array.from({ length: workers }, (_, index) =>
      startLane(workerPath(), request, index === 0 ? report : () => {}),
    ),
  )
  const lanes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  for (const result of started) {
    if (result.status === 'fulfilled') continue
    await Promise.all(lanes.map((lane) => lane.dispose()))
    throw result.reason
  }
  const runner = runnerOf(lanes, file)
  try {
    report({ status: 'ready', file })
  } catch (error) {
    await runner.dispose()
    throw error
  }
  return runner
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

function pathOf(source: string | URL): string {
  if (source === '') throw invalidArgument('source', 'is empty; give the path of an .onnx file')
  if (source instanceof URL) return fileOf(source)
  if (typeof source !== 'string')
    throw invalidArgument('source', `${shown(source)} is not a path, a file URL or the bytes of a model`)
  return resolve(source)
}

function fileOf(source: URL): string {
  try {
    return fileURLToPath(source)
  } catch (cause) {
    const message = `source: ${source.href} is not the URL of a file here; give a path or a file URL`
    throw new FastFlowError({ code: 'invalid-argument', field: 'source', message, cause })
  }
}
