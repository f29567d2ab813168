import { after } from '@fastflow/backend-process/channel'
import { FastFlowError, type Feeds, type ModelRunner, type RunOptions, type RunResult } from '@fastflow/core'
import { checkCall } from '@fastflow/core/backend'
import type { Lane } from './lane.ts'
import { type CheckedIsolation, checkIsolation, limitExceeded } from './limits.ts'
import { copyFeeds, type Into } from './slot.ts'

interface Queued {
  readonly feeds: Feeds
  readonly fetches: readonly string[]
  readonly into: Into
  readonly resolve: (result: Promise<RunResult>) => void
}

/** Serves calls in the order they come, each on the worker with the least to do. */
export function runnerOf(
  lanes: readonly Lane[],
  file: string,
  settings: CheckedIsolation = checkIsolation({}),
): ModelRunner {
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

  /** Of the lanes that still take calls; one that takes none only where all have failed, so that calls fail and do not wait. */
  function idlest(): Lane | undefined {
    const least = lanes.reduce((a, b) => (before(b, a) ? b : a))
    return least.running() < least.slots ? least : undefined
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
    return new Promise((resolve) => queue.push({ feeds: copyFeeds(feeds), fetches, into, resolve }))
  }

  return {
    version: 1,
    executionProvider: `onnxruntime-node/${info.execution?.executionProvider ?? 'cpu'}`,
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
      disposal ??= finish().then(() => disposeAll(lanes))
      return disposal
    },
  }

  /** Waits for the calls under way, as long as one after the other ends in time. */
  async function finish(): Promise<void> {
    while (running.size > 0) {
      const callOff = after(settings.limits.disposeSeconds, () => {
        for (const lane of lanes) lane.kill(limitExceeded('disposeSeconds', settings, file))
      })
      await Promise.race(running).catch(() => {})
      callOff()
    }
  }
}

function before(a: Lane, b: Lane): boolean {
  const [aFailed, bFailed] = [a.failure() !== undefined, b.failure() !== undefined]
  return aFailed === bFailed ? a.running() < b.running() : bFailed
}

async function disposeAll(lanes: readonly Lane[]): Promise<void> {
  await Promise.all(lanes.map((lane) => lane.dispose()))
}

function disposed(file: string): FastFlowError {
  const message = `${file}: run was called after dispose; load the model again`
  return new FastFlowError({ code: 'runner-disposed', field: file, message })
}
