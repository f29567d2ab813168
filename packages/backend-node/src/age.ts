import { open, rm, stat } from 'node:fs/promises'
import { createOwner } from './owner.ts'

/**
 * Milliseconds since a file was last written; undefined where it is gone. By the clock of its file system, which a file
 * written just now tells: machines that share a folder need not agree on the time.
 */
export async function ageOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found && (await now(path)) - found.mtimeMs
}

async function now(path: string): Promise<number> {
  const probe = `${path}.${createOwner()}.tmp`
  try {
    const file = await open(probe, 'wx')
    try {
      return (await file.stat()).mtimeMs
    } finally {
      await file.close()
      await rm(probe, { force: true })
    }
  } catch {
    return Date.now()
  }
}
