import { isRecord } from '@fastflow/core'
import { after } from '../deadline.ts'
import { isOverMemory } from '../lane-errors.ts'
import type { End, Link } from '../link.ts'
import type { ModelInfo, Reply, Request, RunRequest } from '../protocol.ts'
import { createFrameReader, type FrameReader, writeFrame } from './frames.ts'
import { extentOf, readReply, requestHeader } from './messages.ts'
import { type Child, holdChild, startChild } from './start.ts'
import { tailOf } from './tail.ts'

/** Room for thousands of inputs and outputs; a model with more is none that people run. */
const maxHeaderBytes = 2 ** 20

/** How long the last words of a process that has ended are waited for. */
const lastWordsSeconds = 1

const nothing = new Uint8Array(0)

/** Where a process and its parent stand. */
interface Conversation {
  /** Of the model, once it is loaded. */
  info: ModelInfo | undefined
  /** The call under way. */
  call: RunRequest | undefined
  /** What was wrong with what it said. */
  violation: string | undefined
  outOfMemory: boolean
}

/**
 * Starts a process with one worker in it. It ends with this one, however this one ends, and can be ended at any time.
 *
 * @param path of the built `child.ts`.
 */
export function processLink(path: string, memoryBytes: number, threads: number): Link {
  const child = startChild(path, memoryBytes, threads)
  const state: Conversation = { info: undefined, call: undefined, violation: undefined, outOfMemory: false }
  const listeners: ((reply: Reply) => void)[] = []
  let input = new SharedArrayBuffer(0)

  function kill(): void {
    child.kill('SIGKILL')
  }

  const reader = replyReader(memoryBytes, state, kill, (reply) => {
    for (const listener of listeners) listener(reply)
  })
  child.stdout.on('data', (chunk: Uint8Array) => {
    if (state.violation !== undefined) return
    try {
      reader.push(chunk)
    } catch (error) {
      state.violation = `it wrote ${error instanceof Error ? error.message : String(error)}`
      kill()
    }
  })
  // Whoever writes to a process that has ended learns of it from its end.
  child.stdin.on('error', () => {})
  const ended = endOf(child, reader, state)

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
      writeFrame(child.stdin, requestHeader(request), payloadOf(request))
    },
    onReply: (listener) => listeners.push(listener),
    ended,
    hold: (held) => holdChild(child, held),
    kill,
    // Nothing in it is worth waiting for.
    async close() {
      holdChild(child, true)
      kill()
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
): FrameReader {
  let output = new ArrayBuffer(0)
  return createFrameReader({
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
  })
}

/** How a process ended, in words, its own last ones among them. */
function endOf(child: Child, reader: FrameReader, state: Conversation): Promise<End> {
  const lastWords = tailOf(child.stderr)
  return new Promise<End>((resolve) => {
    child.on('error', (error) => resolve({ why: `it could not be started: ${error.message}` }))
    child.on('exit', (code, signal) => {
      const tell = (): void => {
        const cut = reader.partial() ? ', in the middle of an answer' : ''
        const words = lastWords() && `; its last words: ${lastWords()}`
        const why = state.violation ?? `${signal ?? `exit code ${code}`}${cut}${words}`
        resolve({ why, ...(state.outOfMemory && { outOfMemory: true }) })
      }
      // Nobody waits for an idle one: the next call has to know at once.
      if (state.info !== undefined && state.call === undefined) return tell()
      const callOff = after(lastWordsSeconds, tell)
      child.on('close', () => {
        callOff()
        tell()
      })
    })
  })
}
