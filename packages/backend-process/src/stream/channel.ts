import type { ChildProcessByStdio } from 'node:child_process'
import type { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { after } from './deadline.ts'
import { type FrameReaderOptions, writeFrame } from './frames.ts'
import { type Heard, readFrames } from './read-frames.ts'
import { tailOf } from './tail.ts'

/** A process whose standard streams are pipes to this one. */
export type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** How long the last words of a process that has ended are waited for. */
const lastWordsSeconds = 1

export interface ChannelOptions extends FrameReaderOptions {
  /** Whether nobody waits for an answer; then the end of the process is told at once, without its last words. */
  isIdle(): boolean
}

/** Frames to and from a process. */
export interface Channel {
  /** The payload must stay as it is until the answer to it has come. */
  write(header: unknown, payload: Uint8Array): void
  /** Settles once nothing comes any more, with the reason in words: `exit code 3; its last words: ...`. Never rejects. */
  readonly ended: Promise<string>
  /** Whether it wrote what is refused, and is being ended for that. */
  isBroken(): boolean
  /** Whether the process keeps this one alive. */
  hold(held: boolean): void
  kill(): void
}

/**
 * Speaks frames with a process over its standard input and output. What is no frame, or what `payloadFor` or `onFrame` refuse with a
 * RangeError, ends the process; the message says why.
 */
export function openChannel(child: Child, options: ChannelOptions): Channel {
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  const heard = readFrames(child.stdout, options, kill)
  // Whoever writes to a process that has ended learns of it from its end.
  child.stdin.on('error', () => {})
  return {
    write: (header, payload) => writeFrame(child.stdin, header, payload),
    ended: endOf(child, heard, options.isIdle),
    isBroken: () => heard.violation() !== undefined,
    hold: (held) => holdChild(child, held),
    kill,
  }
}

/** How a process ended, in words, its own last ones among them. */
function endOf(child: Child, heard: Heard, isIdle: () => boolean): Promise<string> {
  const lastWords = tailOf(child.stderr)
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(`it could not be started: ${error.message}`))
    child.on('exit', (code, signal) => {
      const tell = (): void => {
        const cut = heard.partial() ? ', in the middle of an answer' : ''
        const words = lastWords() && `; its last words: ${lastWords()}`
        resolve(heard.violation() ?? `${signal ?? `exit code ${code}`}${cut}${words}`)
      }
      // Nobody waits for an idle one: the next call has to know at once.
      if (isIdle()) return tell()
      const callOff = after(lastWordsSeconds, tell)
      child.on('close', () => {
        callOff()
        tell()
      })
    })
  })
}

function holdChild(child: Child, held: boolean): void {
  // Pipes to a process are sockets, whatever their declared types say.
  const streams = [child.stdin, child.stdout, child.stderr] as unknown as readonly Socket[]
  for (const handle of [child, ...streams]) {
    if (held) handle.ref()
    else handle.unref()
  }
}
