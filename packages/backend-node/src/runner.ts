import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { type AbortSignalLike, invalidArgument, type LoadProgress, type ModelRunner } from '@fastflow/core'
import { throwIfAborted } from '@fastflow/core/backend'
import { type OnProgress, startLane, workerPath } from './lane.ts'
import { pathOf } from './location.ts'
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

/**
 * Loads one ONNX model in a worker thread: neither loading nor running blocks the event loop.
 *
 * @param source path or `file:` address of an `.onnx` file, whose external data, if any, lies in the same
 *   folder; or the bytes of a model without external data.
 * @throws FastFlowError `model-not-found`, `model-unreadable`, `unsupported` (onnxruntime-node is
 *   missing, or the model has tensors of a type FastFlow does not carry), `invalid-argument`.
 */
export async function createModelRunner(
  source: string | URL | Uint8Array,
  options: ModelRunnerOptions = {},
): Promise<ModelRunner> {
  const { workers, threads } = checkThreads(options)
  const path = source instanceof Uint8Array ? source : resolve(pathOf(source, 'source', 'an .onnx file'))
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
  const workers = positive('workers', options.workers ?? 1)
  const share = Math.max(1, Math.floor(availableParallelism() / workers))
  return { workers, threads: positive('threads', options.threads ?? share) }
}

function positive(field: string, value: number): number {
  if (!Number.isInteger(value) || value < 1 || value > 1024) {
    throw invalidArgument(field, `must be a whole number from 1 to 1024, got ${value}`)
  }
  return value
}
