import { after } from '@fastflow/backend-process/channel'
import type { FastFlowError, LoadProgress } from '@fastflow/core'
import { type Calls, createCalls } from './lane-calls.ts'
import { loadFailed } from './lane-errors.ts'
import { type CheckedIsolation, checkIsolation, limitExceeded } from './limits.ts'
import type { Link } from './link.ts'
import type { LoadRequest, ModelInfo } from './protocol.ts'
import { threadLink } from './thread-link.ts'

/** One worker with its own session, wherever it lives: the caller's side of `worker.ts`. */
export interface Lane {
  readonly info: ModelInfo
  /** Most calls that may be under way. */
  readonly slots: number
  /** Calls under way. */
  readonly running: () => number
  /** Why it takes no calls any more; undefined as long as it does. */
  readonly failure: () => FastFlowError | undefined
  /** Copies the feeds before it returns. */
  readonly run: Calls['run']
  /** Ends it whatever it does; calls under way and later ones fail with `error`. */
  kill(error: FastFlowError): void
  /** Frees the network, once no call is under way. */
  dispose(): Promise<void>
}

export type OnProgress = (progress: Omit<LoadProgress, 'name'>) => void

export interface LaneOptions {
  readonly settings: CheckedIsolation
  /** Ends loading with its reason, a FastFlowError. */
  readonly signal?: AbortSignal
}

/** Starts a worker thread and loads the model in it, as {@link openLane} does. */
export function startLane(
  path: string,
  request: LoadRequest,
  onProgress: OnProgress,
  options: LaneOptions = { settings: checkIsolation({}) },
): Promise<Lane> {
  const link = threadLink(path, options.settings.limits.disposeSeconds)
  return openLane(link, request, onProgress, options)
}

/**
 * Loads the model at the other end of a link. The worker keeps the process alive only while it
 * loads, runs or is being disposed of.
 *
 * @throws FastFlowError whatever the load met; the worker is ended then.
 */
export async function openLane(
  link: Link,
  request: LoadRequest,
  onProgress: OnProgress,
  { settings, signal }: LaneOptions,
): Promise<Lane> {
  const calls = createCalls(link, request.file, settings)
  const callOffLimit = after(settings.limits.loadSeconds, () =>
    calls.kill(limitExceeded('loadSeconds', settings, request.file)),
  )
  const abort = (): void => calls.kill(signal?.reason)
  signal?.addEventListener('abort', abort)
  try {
    if (signal?.aborted) throw signal.reason
    const info = await load(link, request, onProgress, calls, settings)
    link.hold(false)
    const { running, failure, run, kill } = calls
    return { info, slots: link.slots, running, failure, run, kill, dispose: () => link.close() }
  } catch (error) {
    void link.close()
    throw error
  } finally {
    callOffLimit()
    signal?.removeEventListener('abort', abort)
  }
}

function load(
  link: Link,
  request: LoadRequest,
  onProgress: OnProgress,
  calls: Calls,
  settings: CheckedIsolation,
): Promise<ModelInfo> {
  return new Promise((resolve, reject) => {
    void calls.failed.then(reject)
    link.onReply((reply) => {
      if (reply.kind === 'loaded') resolve(reply.info)
      if (reply.kind === 'load-failed') reject(loadFailed(reply.failure, request.file, settings))
      if (reply.kind !== 'progress') return
      try {
        onProgress(reply.progress)
      } catch (error) {
        reject(error)
      }
    })
    link.post(request)
  })
}
