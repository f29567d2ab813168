import type { Claim, JobError, QueueJob } from '@fastflow/core'
import type { Channels } from './channels.ts'
import type { Delivery } from './deliveries.ts'
import type { Records } from './records.ts'
import { CLAIM, END, RELEASE, TELL } from './scripts.ts'

/** A job that ended its process so often is not tried again. */
const MOST_ATTEMPTS = 3

/** What a claim rests on. */
export interface ClaimContext {
  readonly records: Records
  readonly channels: Channels
  readonly keepMs: number
  readonly lockMs: number
  /** What ends the renewals of claims at work. */
  readonly held: Set<() => void>
  /** Tells that a job waits again. */
  readonly ring: () => Promise<unknown>
}

type Outcome = ['completed', 'result', unknown] | ['failed', 'error', JobError] | ['cancelled', '', undefined]

/** Ends a job if it has not ended, and is `token`'s where one is given. */
export async function endJob(
  { records, keepMs }: ClaimContext,
  id: string,
  token: string,
  [state, field, value]: Outcome,
): Promise<boolean> {
  const keys = [records.of(id), records.waiting, records.running]
  const text = JSON.stringify(value) ?? 'null'
  return (await records.run(END, keys, id, token, state, field, text, keepMs, records.channelOf(id))) === 1
}

/** Turns a delivery into a claim; undefined where the job has ended, and the delivery is of no use. */
export async function claimOf<Job extends QueueJob, Result>(
  context: ClaimContext,
  delivery: Delivery,
  token: string,
): Promise<Claim<Job, Result> | undefined> {
  const { records, channels } = context
  const { id, order } = delivery.ticket
  const abort = new AbortController()
  const lose = (): void => abort.abort()
  // Before it is claimed, so that no cancellation comes in between.
  const deafen = await channels.listen(records.channelOf(id), (message) => {
    if (message === CANCELLED) lose()
  })
  const keys = [records.of(id), records.waiting, records.running]
  const channel = records.channelOf(id)
  const answer = await records.run(CLAIM, keys, id, order, token, MOST_ATTEMPTS, channel).catch((error) => {
    deafen()
    throw error
  })
  const [attempt, text] = answer as [number, string]
  if (attempt < 1) {
    deafen()
    if (attempt < 0) await endJob(context, id, '', ['failed', 'error', givenUp])
    return undefined
  }
  const stopHolding = hold(context, delivery, token, lose)
  const settle = async (move: () => Promise<void>): Promise<void> => {
    stopHolding()
    deafen()
    // One that is delivered again is found to have ended, or is free to take.
    await move().catch(() => {})
  }
  const end = async (outcome: Outcome): Promise<boolean> => {
    const counts = await endJob(context, id, token, outcome)
    await settle(delivery.done)
    return counts
  }
  const tell = (event: object, progress = ''): Promise<unknown> =>
    records.run(TELL, [records.of(id)], token, progress, channel, JSON.stringify(event))
  return {
    job: JSON.parse(text) as Job,
    attempt,
    signal: abort.signal,
    progress: async (progress) => {
      await tell({ type: 'progress', progress }, JSON.stringify(progress))
    },
    partial: async (partial) => {
      await tell({ type: 'partial', partial })
    },
    complete: (result) => end(['completed', 'result', result]),
    fail: (error) => end(['failed', 'error', error]),
    async release() {
      const mine = (await records.run(RELEASE, keys, id, token)) === 1
      await settle(mine ? delivery.back : delivery.done)
      if (mine) await context.ring()
    },
  }
}

const CANCELLED = '{"type":"ended","state":"cancelled"}'

const givenUp: JobError = {
  code: 'model-failed',
  field: null,
  message: `its process ended ${MOST_ATTEMPTS} times while it was at work`,
}

/** Renews the lock while a job is at work, and looks whether it still is this worker's: messages can be missed. */
function hold(
  { records, held, lockMs }: ClaimContext,
  delivery: Delivery,
  token: string,
  lose: () => void,
): () => void {
  const { id } = delivery.ticket
  const renew = async (): Promise<void> => {
    const owner = await records.ask((redis) => redis.hget(records.of(id), 'owner'))
    if (owner === token && (await delivery.renew())) return
    stop()
    lose()
  }
  // A renewal that cannot reach Redis is tried again by the next one.
  const timer = setInterval(() => void renew().catch(() => {}), lockMs / 3)
  const stop = (): void => {
    clearInterval(timer)
    held.delete(stop)
  }
  held.add(stop)
  return stop
}
