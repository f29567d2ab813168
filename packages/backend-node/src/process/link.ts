import { isRecord } from '@fastflow/core'
import { after } from '../deadline.ts'
import type { End, Link } from '../link.ts'
import type { ModelInfo, Reply, Request, RunRequest } from '../protocol.ts'
import { createFrameReader, writeFrame } from './frames.ts'
import { extentOf, readReply, requestHeader } from './messages.ts'
import { holdChild, startChild } from './start.ts'
import { tailOf } from './tail.ts'

/** Room for thousands of inputs and outputs; a model with more is none that people run. */
const maxHeaderBytes = 2 ** 20

/** How long the last words of a process that has ended are waited for. */
const lastWordsSeconds = 1

/**
 * Starts a process with one worker in it. It ends with this one, however this one ends, and can be ended at any time.
 *
 * @param path of the built `child.ts`.
 */
export function processLink(path: string, memoryBytes: number, threads: number): Link {
  const child = startChild(path, memoryBytes, threads)
  const errors = tailOf(child.stderr)
  const listeners: ((reply: Reply) => void)[] = []
  let input = new SharedArrayBuffer(0)
  let output = new ArrayBuffer(0)
  let info: ModelInfo | undefined
  let call: RunRequest | undefined
  let outOfMemory = false
  let violation: string | undefined

  function kill(): void {
    child.kill('SIGKILL')
  }

  const reader = createFrameReader({
    maxHeaderBytes,
    maxPayloadBytes: memoryBytes,
    payloadFor(header, bytes) {
      if (bytes > 0 && (call === undefined || !isRecord(header) || header.kind !== 'ran'))
        throw new RangeError('a payload that nobody asked for')
      if (bytes > output.byteLength) output = new ArrayBuffer(bytes)
      return new Uint8Array(output)
    },
    onFrame(header, payload) {
      const reply = readReply(header, payload, { fetches: call?.fetches, outputs: info?.outputs ?? [] })
      if (reply.kind === 'over-memory') {
        outOfMemory = true
        return kill()
      }
      if (reply.kind === 'loaded') info ??= reply.info
      const whole = reply.kind === 'ran' ? { ...reply, output } : reply
      if (reply.kind === 'ran' || reply.kind === 'run-failed') call = undefined
      for (const listener of listeners) listener(whole)
    },
  })
  child.stdout.on('data', (chunk: Uint8Array) => {
    if (violation !== undefined) return
    try {
      reader.push(chunk)
    } catch (error) {
      violation = `it wrote ${error instanceof Error ? error.message : String(error)}`
      kill()
    }
  })
  // Whoever writes to a process that has ended learns of it from its end.
  child.stdin.on('error', () => {})

  const ended = new Promise<End>((resolve) => {
    child.on('error', (error) => resolve({ why: `it could not be started: ${error.message}` }))
    child.on('exit', (code, signal) => {
      const tell = (): void => {
        const cut = reader.partial() ? ', in the middle of an answer' : ''
        const words = errors() && `; its last words: ${errors()}`
        const why = violation ?? `${signal ?? `exit code ${code}`}${cut}${words}`
        resolve({ why, ...(outOfMemory && { outOfMemory }) })
      }
      // Nobody waits for an idle one: the next call has to know at once.
      if (info !== undefined && call === undefined) return tell()
      const callOff = after(lastWordsSeconds, tell)
      child.on('close', () => {
        callOff()
        tell()
      })
    })
  })

  function payloadOf(request: Request): Uint8Array {
    if (request.kind === 'load')
      return request.source instanceof Uint8Array ? request.source : new Uint8Array(0)
    if (request.kind !== 'run') return new Uint8Array(0)
    input = request.input ?? input
    return new Uint8Array(input, 0, extentOf(request.feeds))
  }

  return {
    slots: 1,
    post(request) {
      if (request.kind === 'run') call = request
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
