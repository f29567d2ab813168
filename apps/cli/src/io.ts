import { createPace, type Pace, throwIfAborted } from '@fastflow/core/backend'

/** What a command may touch of the process it runs in. */
export interface Io {
  /** Results. */
  out(text: string): void
  /** Logs, progress and errors. */
  log(text: string): void
  /** Rewrites the current line of the terminal that logs go to; undefined where they go elsewhere. */
  readonly rewrite: ((text: string) => void) | undefined
  /** Columns of that terminal; a longer line would wrap, and stay behind when it is rewritten. */
  columns?(): number | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Cancels the command; its reason is an {@link Interruption} where the process was told to end. */
  readonly signal: AbortSignal
}

/** Exit codes by which shells know what ended a process: 128 and the number of the signal. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const

/** The process was told to end. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly exitCode: (typeof exitCodes)[keyof typeof exitCodes]

  constructor(signal: keyof typeof exitCodes) {
    super(`the process got ${signal}`)
    this.exitCode = exitCodes[signal]
  }
}

/** Standard streams of this process; Ctrl-C or SIGTERM aborts once, and the next of them kills. */
export function processIo(): Io {
  const abort = new AbortController()
  const stop = (signal: keyof typeof exitCodes): void => {
    process.off('SIGINT', stop).off('SIGTERM', stop)
    abort.abort(new Interruption(signal))
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  // What was made is worth more than what is said of it.
  process.stderr.on('error', () => {})
  // A reader that went away (| head) wants no more; a disk that is full is told of once, where anyone can see it.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exitCode = 1
    if (error.code !== 'EPIPE')
      process.stderr.write(`fastflow: the output cannot be written (${error.code})\n`)
    abort.abort()
  })
  const terminal = process.stderr.isTTY && !process.env.CI
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    log: (text) => process.stderr.write(`${text}\n`),
    rewrite: terminal ? (text) => process.stderr.write(`\r\x1b[2K${text}`) : undefined,
    columns: () => process.stderr.columns,
    env: process.env,
    cwd: process.cwd(),
    signal: abort.signal,
  }
}

/** For what a command computes on the event loop, where signals of the process are not heard otherwise. */
export function paceOf({ signal }: Pick<Io, 'signal'>, what: string): Pace {
  return createPace(() => throwIfAborted(signal, what))
}
