/** What a command may touch of the process it runs in. */
export interface Io {
  /** Results. */
  out(text: string): void
  /** Logs, progress and errors. */
  log(text: string): void
  /** Rewrites the current line of the terminal that logs go to; undefined where they go elsewhere. */
  readonly rewrite: ((text: string) => void) | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly signal: AbortSignal
}

/** Standard streams of this process; Ctrl-C aborts once, a second time kills. */
export function processIo(): Io {
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  process.once('SIGTERM', () => abort.abort())
  // A reader that went away (| head) wants no more; a disk that is full is told of once, where anyone can see it.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exitCode = 1
    if (error.code !== 'EPIPE') process.stderr.write(`fastflow: cannot write the result (${error.code})\n`)
    abort.abort()
  })
  const terminal = process.stderr.isTTY && !process.env.CI
  return {
    out: (text) => process.stdout.write(`${text}\n`),
    log: (text) => process.stderr.write(`${text}\n`),
    rewrite: terminal ? (text) => process.stderr.write(`\r\x1b[2K${text}`) : undefined,
    env: process.env,
    cwd: process.cwd(),
    signal: abort.signal,
  }
}
