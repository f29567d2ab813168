import { after } from '@fastflow/backend-process/channel'
import type { FastFlowError, Feeds, RunResult } from '@fastflow/core'
import { ended, runFailed } from './lane-errors.ts'
import { type CheckedIsolation, limitExceeded } from './limits.ts'
import type { Link } from './link.ts'
import type { Reply } from './protocol.ts'
import { emptySlot, type Into, readOutputs, type Slot, writeFeeds } from './slot.ts'

/** The calls on their way over one link, and how it fares. */
export interface Calls {
  readonly running: () => number
  readonly failure: () => FastFlowError | undefined
  /** Resolves when the link has failed. */
  readonly failed: Promise<FastFlowError>
  run(feeds: Feeds, fetches: readonly string[], into: Into): Promise<RunResult>
  /** Ends the worker; calls under way and later ones fail with `error`. */
  kill(error: FastFlowError): void
}

interface Waiting {
  readonly slot: Slot
  readonly into: Into
  readonly resolve: (result: RunResult) => void
  readonly reject: (error: unknown) => void
}

export function createCalls(link: Link, file: string, settings: CheckedIsolation): Calls {
  const free = Array.from({ length: link.slots }, (_, id) => emptySlot(id))
  const waiting = new Map<number, Waiting>()
  let failure: FastFlowError | undefined
  let callOffLimit = (): void => {}
  let tellFailure: (error: FastFlowError) => void
  const failed = new Promise<FastFlowError>((resolve) => {
    tellFailure = resolve
  })

  function fail(error: FastFlowError): void {
    if (failure !== undefined) return
    failure = error
    callOffLimit()
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    tellFailure(error)
  }

  function kill(error: FastFlowError): void {
    fail(error)
    link.kill()
  }

  /** The time of the first call begins: it is the one that runs, the others wait for it. */
  function restartLimit(): void {
    callOffLimit()
    callOffLimit =
      waiting.size === 0
        ? () => {}
        : after(settings.limits.runSeconds, () => kill(limitExceeded('runSeconds', settings, file)))
  }

  function settle(reply: Extract<Reply, { readonly slot: number }>): void {
    const call = waiting.get(reply.slot)
    if (call === undefined) return
    waiting.delete(reply.slot)
    try {
      if (reply.kind === 'ran') call.resolve(readOutputs(reply, call.slot, call.into))
      else call.reject(runFailed(file, reply.message, settings))
    } catch (error) {
      call.reject(error)
    }
    free.push(call.slot)
    restartLimit()
    if (waiting.size === 0) link.hold(false)
  }

  link.onReply((reply) => {
    if (reply.kind === 'ran' || reply.kind === 'run-failed') settle(reply)
  })
  void link.ended.then((end) => fail(ended(file, end, settings)))

  return {
    running: () => waiting.size,
    failure: () => failure,
    failed,
    kill,
    run: (feeds, fetches, into) =>
      new Promise((resolve, reject) => {
        const slot = free.at(-1)
        if (failure !== undefined) throw failure
        if (slot === undefined) throw new RangeError('run was called on a lane without a free slot')
        const written = writeFeeds(slot, feeds)
        free.pop()
        if (waiting.size === 0) link.hold(true)
        waiting.set(slot.id, { slot, into, resolve, reject })
        if (waiting.size === 1) restartLimit()
        link.post({ kind: 'run', slot: slot.id, ...written, fetches })
      }),
  }
}
