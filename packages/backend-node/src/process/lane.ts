import { type Lane, type LaneOptions, type OnProgress, openLane } from '../lane.ts'
import type { LoadRequest } from '../protocol.ts'
import { processLink } from './link.ts'
import { childPath } from './start.ts'

/** Starts a process and loads the model in it, as `openLane` does. */
export function startProcessLane(
  request: LoadRequest,
  onProgress: OnProgress,
  options: LaneOptions,
): Promise<Lane> {
  const link = processLink(childPath(), options.settings.limits.memoryBytes, request.threads)
  return openLane(link, request, onProgress, options)
}
