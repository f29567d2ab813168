import { spawnSync } from 'node:child_process'

/** Whether a process still runs: one that has ended, and that nobody has asked how, does not. */
export function isThere(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z')
}

/** Whether it has ended and this process, which has started it, has taken note. */
export function isTakenNoteOf(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return false
  } catch {
    return true
  }
}
