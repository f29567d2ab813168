import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  FastFlowError,
  type Feeds,
  invalidArgument,
  type LoadProgress,
  type ModelRunner,
  type RunOptions,
  type RunResult,
} from '@fastflow/core'
import { checkCall } from './check-call.ts'
import { type Into, type Lane, slotsPerLane, startLane, workerPath } from './lane.ts'
import type { LoadRequest } from './protocol.ts'

export interface ThreadOptions {
  /** Threads inside each worker's network; by default the cores divided by `workers`. */
  readonly threads?: number
  /**
   * Worker threads per model, each with its own copy of the weights; 1 by default. More serve calls
   * side by side, which pays for many small independent calls only.
   */
  readonly workers?: number
  /**
   * Whether network threads wait for work in a busy loop; false by default. A little faster on idle
   * cores, several times slower where other processes want them.
   */
  readonly spin?: boolean
}

export interface ModelRunnerOptions extends ThreadOptions {
  /** Name of the model in progress reports and errors; the path by default. */
  readonly name?: string
  readonly onProgress?: (progress: LoadProgress) => void
}

interface Queued {
  readonly feeds: Feeds
  readonly fetches: readonly string[]
  readonly into: Into
  readonly resolve: (result: Promise<RunResult>) => void
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
  const { workers, threads } = checkThreads(options)
  const path = source instanceof Uint8Array ? source : pathOf(source)
  const file = options.name ?? (path instanceof Uint8Array ? 'the model' : String(source))
  const request: LoadRequest = { kind: 'load', source: path, file, threads, spin: options.spin ?? false }
  const report = (progress: Omit<LoadProgress, 'name'>): void =>
    options.onProgress?.({ name: file, ...progress })
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
  report({ status: 'ready', file })
  return runnerOf(lanes, file)
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

function pathOf(source: string | URL): string {
  if (source instanceof URL) return fileURLToPath(source)
  if (source === '') throw invalidArgument('source', 'is empty; give the path of an .onnx file')
  return resolve(source)
}

/** Serves calls in the order they come, each on the worker with the least to do. */
export function runnerOf(lanes: readonly Lane[], file: string): ModelRunner {
  const [{ info }] = lanes as [Lane]
  const queue: Queued[] = []
  const running = new Set<Promise<RunResult>>()
  let disposal: Promise<void> | undefined

  function start(lane: Lane, { feeds, fetches, into }: Omit<Queued, 'resolve'>): Promise<RunResult> {
    const call = lane.run(feeds, fetches, into)
    const next = (): void => pump()
    call.then(next, next)
    return call
  }

  function idlest(): Lane | undefined {
    const least = lanes.reduce((a, b) => (b.running() < a.running() ? b : a))
    return least.running() < slotsPerLane ? least : undefined
  }

  function pump(): void {
    for (let lane = idlest(); lane !== undefined; lane = idlest()) {
      const call = queue.shift()
      if (call === undefined) return
      call.resolve(start(lane, call))
    }
  }

  function enqueue(feeds: Feeds, fetches: readonly string[], into: Into): Promise<RunResult> {
    const lane = queue.length === 0 ? idlest() : undefined
    if (lane !== undefined) return start(lane, { feeds, fetches, into })
    // Feeds belong to the caller again as soon as `run` returns.
    const copies = Object.entries(feeds).map(([name, tensor]) => [
      name,
      { ...tensor, data: tensor.data.slice() },
    ])
    return new Promise((resolve) => queue.push({ feeds: Object.fromEntries(copies), fetches, into, resolve }))
  }

  return {
    version: 1,
    executionProvider: 'onnxruntime-node/cpu',
    inputs: info.inputs,
    outputs: info.outputs,
    digest: info.digest,
    run: async (feeds: Feeds, options: RunOptions = {}) => {
      if (disposal !== undefined) throw disposed(file)
      checkCall(info.inputs, info.outputs, feeds, options)
      const fetches = options.fetches ?? info.outputs.map((output) => output.name)
      const call = enqueue(feeds, [...new Set(fetches)], options.into ?? {})
      running.add(call)
      try {
        return await call
      } finally {
        running.delete(call)
      }
    },
    dispose: () => {
      disposal ??= Promise.allSettled(running).then(() => disposeAll(lanes))
      return disposal
    },
  }
}

async function disposeAll(lanes: readonly Lane[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.dispose()))
}

function disposed(file: string): FastFlowError {
  const message = `${file}: run was called after dispose; load the model again`
  return new FastFlowError({ code: 'runner-disposed', field: file, message })
}
