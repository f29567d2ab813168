import { randomUUID } from 'node:crypto'
import { type FileHandle, link, open, readFile, rename, rm } from 'node:fs/promises'
import { ageOf } from '../age.ts'
import { errorCode } from '../failure.ts'
import { isOwner, LEASE_MS, leaseOf, stateOf } from '../owner.ts'
import { temporaryFor } from '../temporaries.ts'

export interface FileLock {
  /** Whether it is still held: somebody may have taken this process for dead. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Takes a lock file, or gives up at once where somebody holds it. The file names its holder, a process of one boot, and the
 * holder writes it again every quarter of the lease. What a dead process left is cleared away at once where that can be
 * seen, and after the lease where not, or where its holder hangs. What names nobody goes at once too: a lock is there with its
 * content or not at all.
 *
 * @param owner see `createOwner`.
 */
export async function takeLock(path: string, owner: string): Promise<FileLock | undefined> {
  const content = `${owner} ${randomUUID()}`
  for (let attempt = 0; attempt < 2; attempt++) {
    const file = await createLock(path, content)
    if (file !== undefined) return holdLock(path, content, file)
    if (!(await clearStale(path))) return undefined
  }
  return undefined
}

/** File systems without links, such as those of memory cards, say so by one of these. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

/** @returns undefined where there is one already. */
async function createLock(path: string, content: string): Promise<FileHandle | undefined> {
  const temporary = temporaryFor(path)
  const file = await open(temporary, 'wx+')
  try {
    await file.write(content, 0)
    await link(temporary, path)
    return file
  } catch (error) {
    await file.close()
    const code = errorCode(error)
    if (code === 'EEXIST') return undefined
    if (!NO_LINKS.includes(code ?? '')) throw error
  } finally {
    await rm(temporary, { force: true })
  }
  return createAlone(path, content)
}

async function createAlone(path: string, content: string): Promise<FileHandle | undefined> {
  try {
    const file = await open(path, 'wx+')
    await file.write(content, 0)
    return file
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined
    throw error
  }
}

function holdLock(path: string, content: string, file: FileHandle): FileLock {
  const isHeld = async (): Promise<boolean> => (await contentOf(path)) === content
  // Through the handle: under the name somebody else's lock may lie by now.
  const beat = setInterval(() => file.write(content, 0).catch(() => {}), LEASE_MS / 4).unref()
  return {
    isHeld,
    async release() {
      clearInterval(beat)
      await file.close()
      if (await isHeld()) await rm(path, { force: true })
    },
  }
}

/** Removes the lock of a dead process; a living one that took it over in between gets it back. */
async function clearStale(path: string): Promise<boolean> {
  const stale = await contentOf(path)
  if (stale === undefined) return true
  if (!(await isStale(path, stale.split(' ')[0]!))) return false
  const aside = temporaryFor(path)
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

async function isStale(path: string, owner: string): Promise<boolean> {
  if (!isOwner(owner) || stateOf(owner) === 'ended') return true
  return ((await ageOf(path)) ?? Number.POSITIVE_INFINITY) > leaseOf(owner)
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
