import type { JobEvent } from '@fastflow/core'
import { HttpError } from '../answers/http-error.ts'
import type { ImageRecord, Job } from '../ports/job.ts'
import type { Service } from './service.ts'

/** Milliseconds between two looks at a job of which nothing was heard. */
const LOOK_MS = 5000

/** Milliseconds that somebody may watch. */
const MOST_MS = 24 * 3600 * 1000

export interface WaitOptions {
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal
  readonly onEvent?: (event: JobEvent) => void
  /** Whether a client that goes away, or waits for too long, cancels the job, unless others wait for it too. */
  readonly cancels: boolean
}

/**
 * Waits until a job has ended.
 *
 * @throws HttpError 503 where it takes too long, or the server stops before the job has begun.
 */
export async function waitFor(service: Service, { id }: Job, options: WaitOptions): Promise<ImageRecord> {
  const { queue, waiting, limits, stopping } = service
  const { gone, onEvent, cancels } = options
  const deadline = Date.now() + (cancels ? limits.seconds * 1000 : MOST_MS)
  const bell = createBell([gone, stopping])
  const unsubscribe = await queue.subscribe(id, (event) => {
    onEvent?.(event)
    if (event.type === 'ended') bell.ring()
  })
  if (cancels) waiting.set(id, (waiting.get(id) ?? 0) + 1)
  let givenUp = true
  try {
    for (;;) {
      const record = await queue.read(id)
      if (record === undefined || record.finishedAt !== undefined) givenUp = false
      if (record === undefined) throw unavailable('the job is not known any more')
      if (record.finishedAt !== undefined) return record
      if (gone.aborted)
        throw new HttpError({ status: 499, code: 'client_closed', message: 'the client is gone' })
      if (Date.now() >= deadline) throw unavailable(`it took more than ${limits.seconds} s`)
      if (stopping.aborted && record.state === 'queued') {
        givenUp = false
        throw unavailable(`this server is stopping; job ${id} stays in its queue`)
      }
      await bell.heard(Math.min(LOOK_MS, deadline - Date.now()))
    }
  } finally {
    unsubscribe()
    bell.close()
    if (cancels && leave(waiting, id) && givenUp) await queue.cancel(id)
  }
}

/** @returns whether nobody waits any more. */
function leave(waiting: Map<string, number>, id: string): boolean {
  const others = waiting.get(id)! - 1
  if (others > 0) waiting.set(id, others)
  else waiting.delete(id)
  return others === 0
}

function unavailable(message: string): HttpError {
  return new HttpError({ status: 503, code: 'timeout', message, retryAfter: 1 })
}

interface Bell {
  ring(): void
  /** Until it rings, or so many milliseconds are over. */
  heard(ms: number): Promise<void>
  close(): void
}

/** Rings when it is told to, and when one of the signals is aborted. */
function createBell(signals: readonly AbortSignal[]): Bell {
  let rung = false
  let wake = (): void => {}
  const ring = (): void => {
    rung = true
    wake()
  }
  for (const signal of signals) signal.addEventListener('abort', ring)
  return {
    ring,
    async heard(ms) {
      if (!rung)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      rung = false
    },
    close() {
      for (const signal of signals) signal.removeEventListener('abort', ring)
    },
  }
}
