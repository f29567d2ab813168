import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { errorCode } from '../failure.ts'
import { hasEnded } from './writer.ts'

export interface FileLock {
  /** Whether it is still held: somebody may have taken this process for dead. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Takes a lock file, or gives up at once where a living process holds it. What a dead one left is cleared away.
 *
 * @param owner a writer's name; see `createWriter`.
 */
export async function takeLock(path: string, owner: string): Promise<FileLock | undefined> {
  const content = `${owner} ${randomUUID()}`
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(path, content, { flag: 'wx' })
      return {
        isHeld: async () => (await contentOf(path)) === content,
        release: async () => {
          if ((await contentOf(path)) === content) await rm(path, { force: true })
        },
      }
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
      if (!(await clearStale(path))) return undefined
    }
  }
  return undefined
}

/** Removes the lock of a dead process; a living one that took it over in between gets it back. */
async function clearStale(path: string): Promise<boolean> {
  const stale = await contentOf(path)
  if (stale === undefined) return true
  if (!(await hasEnded(stale.split(' ')[0]!, path))) return false
  const aside = `${path}.${randomUUID()}.stale`
  try {
    await rename(path, aside)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true
    throw error
  }
  const cleared = (await contentOf(aside)) === stale
  if (!cleared) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
  return cleared
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
