import { FastFlowError, type Feeds, type RunResult } from '@fastflow/core'
import type { Lane } from './lane.ts'
import { copyFeeds, type Into } from './slot.ts'

/**
 * A lane that outlives its worker: the first call after one has ended starts another and loads the network again, and
 * waits for that.
 *
 * @param start opens a lane; called at once, and again where the last one has failed.
 */
export async function revivingLane(
  start: (signal: AbortSignal) => Promise<Lane>,
  file: string,
): Promise<Lane> {
  const killed = new AbortController()
  let lane = await start(killed.signal)
  const { info, slots } = lane
  let starting: Promise<Lane> | undefined
  let running = 0

  async function startAgain(): Promise<Lane> {
    const next = await start(killed.signal)
    if (next.info.digest !== info.digest) {
      const error = changed(file)
      next.kill(error)
      throw error
    }
    return next
  }

  async function revive(): Promise<Lane> {
    starting ??= startAgain()
    try {
      lane = await starting
      return lane
    } finally {
      starting = undefined
    }
  }

  return {
    info,
    slots,
    running: () => running,
    failure: () => killed.signal.reason,
    async run(feeds: Feeds, fetches: readonly string[], into: Into): Promise<RunResult> {
      running += 1
      try {
        if (killed.signal.aborted) throw killed.signal.reason
        if (lane.failure() === undefined) return await lane.run(feeds, fetches, into)
        const copies = copyFeeds(feeds)
        return await (await revive()).run(copies, fetches, into)
      } finally {
        running -= 1
      }
    },
    kill(error) {
      killed.abort(error)
      lane.kill(error)
    },
    dispose: () => lane.dispose(),
  }
}

function changed(file: string): FastFlowError {
  const message = `${file} is another model than the one that was loaded; load it again`
  return new FastFlowError({ code: 'model-unreadable', field: file, message })
}
