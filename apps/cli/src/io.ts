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
  // What was made is worth more than what is said of it.
  process.stderr.on('error', () => {})
  process.stdout.on('error', (error) => {
    process.exitCode = 1
    process.stderr.write(`fastflow: the output cannot be written (${error.message})\n`)
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
