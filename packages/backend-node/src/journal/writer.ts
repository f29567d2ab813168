import { createHash, randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'

/** After this long without a sign of life, what a process on another machine left behind counts as left behind. */
const ABANDONED_MS = 24 * 3600 * 1000

/** Eight letters that stand for this machine. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** A name no other writer has, which says where it runs: `<host>-<pid>-<random>`. */
export function createWriter(): string {
  return `${HOST}-${process.pid}-${randomBytes(6).toString('hex')}`
}

/**
 * Whether the process behind a writer has ended, for sure: another process of its number counts as itself, and one on
 * another machine has to be silent for a day.
 *
 * @param path a file the writer would have touched.
 */
export async function hasEnded(writer: string, path: string): Promise<boolean> {
  const [host, pid] = writer.split('-')
  if (host === HOST) return !isRunning(Number(pid))
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MS
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process that may not be asked is there all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
