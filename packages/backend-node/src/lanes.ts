import { type Lane, type OnProgress, startLane } from './lane.ts'
import type { CheckedIsolation } from './limits.ts'
import { startProcessLane } from './process/lane.ts'
import type { LoadRequest, ModelInfo } from './protocol.ts'
import { revivingLane } from './revive.ts'
import { workerPath } from './thread-link.ts'

/**
 * Opens so many lanes with the same network, all on the same execution provider: where there is a choice, the first lane makes it
 * and the others follow.
 *
 * @throws FastFlowError whatever the first load to fail met; the others are disposed of then.
 */
export async function openLanes(
  count: number,
  request: LoadRequest,
  report: OnProgress,
  settings: CheckedIsolation,
  loading: AbortSignal,
): Promise<readonly Lane[]> {
  const open = opener(settings, loading)
  const { executionProviders = [] } = request
  if (executionProviders.length <= 1)
    return all(Array.from({ length: count }, (_, index) => open(request, index === 0 ? report : () => {})))
  const first = await open(request, report)
  const settled = settle(request, first.info)
  const others = Array.from({ length: count - 1 }, () => open(settled, () => {}))
  return all([Promise.resolve(first), ...others])
}

async function all(opening: readonly Promise<Lane>[]): Promise<readonly Lane[]> {
  const started = await Promise.allSettled(opening)
  const lanes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  for (const result of started) {
    if (result.status === 'fulfilled') continue
    await Promise.all(lanes.map((lane) => lane.dispose()))
    throw result.reason
  }
  return lanes
}

/** The request with the execution provider that was chosen, alone. */
function settle(request: LoadRequest, { execution }: ModelInfo): LoadRequest {
  const chosen = execution && request.executionProviders?.[execution.index]
  return chosen === undefined ? request : { ...request, executionProviders: [chosen] }
}

/** How a lane is opened; a process that had to be ended is replaced, a thread is not. */
function opener(
  settings: CheckedIsolation,
  loading: AbortSignal,
): (request: LoadRequest, onProgress: OnProgress) => Promise<Lane> {
  if (settings.isolation === 'thread')
    return (request, onProgress) =>
      startLane(workerPath(), request, onProgress, { settings, signal: loading })
  return (request, onProgress) => {
    let [report, next] = [onProgress, request]
    return revivingLane(async (killed) => {
      const starting = startProcessLane(next, report, {
        settings,
        signal: AbortSignal.any([loading, killed]),
      })
      // Progress and signal are of the first load, which the caller waits for.
      report = () => {}
      const started = await starting
      const { digest, files } = started.info
      next = { ...settle(next, started.info), ...(files !== undefined && { known: { digest, files } }) }
      return started
    }, request.file)
  }
}
