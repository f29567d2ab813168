import {
  type Channel,
  extentOf,
  type FrameReaderOptions,
  openChannel,
} from '@fastflow/backend-process/channel'
import { isRecord } from '@fastflow/core'
import { isOverMemory } from '../lane-errors.ts'
import type { End, Link } from '../link.ts'
import type { ModelInfo, Reply, Request, RunRequest } from '../protocol.ts'
import { readReply, requestHeader } from './messages.ts'
import { startChild } from './start.ts'

/** Room for thousands of inputs and outputs; a model with more is none that people run. */
const maxHeaderBytes = 2 ** 20

const nothing = new Uint8Array(0)

/** Where a process and its parent stand. */
interface Conversation {
  /** Of the model, once it is loaded. */
  info: ModelInfo | undefined
  /** The call under way. */
  call: RunRequest | undefined
  outOfMemory: boolean
}

/**
 * Starts a process with one worker in it. It ends with this one, however this one ends, and can be ended at any time.
 *
 * @param path of the built `child.ts`.
 */
export function processLink(path: string, memoryBytes: number, threads: number): Link {
  const state: Conversation = { info: undefined, call: undefined, outOfMemory: false }
  const listeners: ((reply: Reply) => void)[] = []
  let input = new SharedArrayBuffer(0)

  const channel: Channel = openChannel(startChild(path, memoryBytes, threads), {
    ...replyReader(
      memoryBytes,
      state,
      () => channel.kill(),
      (reply) => {
        for (const listener of listeners) listener(reply)
      },
    ),
    isIdle: () => state.info !== undefined && state.call === undefined,
  })

  const ended = channel.ended.then((why): End => ({ why, ...(state.outOfMemory && { outOfMemory: true }) }))

  function payloadOf(request: Request): Uint8Array {
    if (request.kind === 'load') return request.source instanceof Uint8Array ? request.source : nothing
    if (request.kind !== 'run') return nothing
    input = request.input ?? input
    return new Uint8Array(input, 0, extentOf(request.feeds))
  }

  return {
    slots: 1,
    post(request) {
      if (request.kind === 'run') state.call = request
      channel.write(requestHeader(request), payloadOf(request))
    },
    onReply: (listener) => listeners.push(listener),
    ended,
    hold: channel.hold,
    kill: channel.kill,
    // Nothing in it is worth waiting for.
    async close() {
      channel.hold(true)
      channel.kill()
      await ended
    },
  }
}

/** Reads answers; outputs come in memory that the next answer overwrites. */
function replyReader(
  memoryBytes: number,
  state: Conversation,
  kill: () => void,
  tell: (reply: Reply) => void,
): FrameReaderOptions {
  let output = new ArrayBuffer(0)
  return {
    maxHeaderBytes,
    maxPayloadBytes: memoryBytes,
    payloadFor(header, bytes) {
      if (bytes > 0 && (state.call === undefined || !isRecord(header) || header.kind !== 'ran'))
        throw new RangeError('a payload that nobody asked for')
      if (bytes > output.byteLength) output = new ArrayBuffer(bytes)
      return new Uint8Array(output)
    },
    onFrame(header, payload) {
      const { call, info } = state
      const reply = readReply(header, payload, { fetches: call?.fetches, outputs: info?.outputs ?? [] })
      // What was refused memory once holds so much of it that the next run may be refused any: a new process begins empty.
      const refused = reply.kind === 'run-failed' && isOverMemory(reply.message, memoryBytes)
      if (refused || reply.kind === 'over-memory') {
        state.outOfMemory = true
        return kill()
      }
      if (reply.kind === 'loaded') state.info ??= reply.info
      if (reply.kind === 'ran' || reply.kind === 'run-failed') state.call = undefined
      tell(reply.kind === 'ran' ? { ...reply, output } : reply)
    },
  }
}
