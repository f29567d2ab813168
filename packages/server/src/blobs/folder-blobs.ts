import { mkdir, open, readdir, readFile, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type BlobStore, FastFlowError } from '@fastflow/core'
import { checkText } from '@fastflow/core/backend'
import { isKey, newKey } from './blob-key.ts'

/** Milliseconds between two looks for files whose time is over. */
const SWEEP_MS = 60_000

/**
 * Files in a folder, which several processes may share. The time of last change of a file is the time until which it is kept.
 * A key is told once its file is on disk, so that there are no halves.
 */
export function folderBlobs(folder: string): BlobStore {
  checkText('folder', folder, 'the folder that files are kept in')
  const sweeper = setInterval(() => sweep(folder).catch(() => {}), SWEEP_MS)
  sweeper.unref()
  return {
    version: 1,
    async put(bytes, type, keepSeconds) {
      const key = newKey(type)
      const path = join(folder, key)
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const file = await open(path, 'wx', 0o600)
        try {
          await file.writeFile(bytes)
          await file.sync()
        } finally {
          await file.close()
        }
        const until = Date.now() / 1000 + keepSeconds
        await utimes(path, until, until)
        return key
      } catch (cause) {
        await rm(path, { force: true }).catch(() => {})
        throw unwritable(folder, cause)
      }
    },
    async get(key) {
      if (!isKey(key)) return undefined
      const path = join(folder, key)
      const found = await stat(path).catch(() => undefined)
      if (found === undefined || found.mtimeMs <= Date.now()) return undefined
      return readFile(path).catch(() => undefined)
    },
    async remove(key) {
      if (isKey(key)) await rm(join(folder, key), { force: true })
    },
    async close() {
      clearInterval(sweeper)
    },
  }
}

async function sweep(folder: string): Promise<void> {
  const now = Date.now()
  for (const key of await readdir(folder)) {
    if (!isKey(key)) continue
    const path = join(folder, key)
    const found = await stat(path).catch(() => undefined)
    // One that is being written has the time of now: it is left alone for a while.
    if (found && found.mtimeMs < now - SWEEP_MS) await rm(path, { force: true })
  }
}

function unwritable(folder: string, cause: unknown): FastFlowError {
  const reason = (cause as NodeJS.ErrnoException).code ?? String(cause)
  const message = `folder: a file cannot be kept in ${folder} (${reason}); make room, or choose another folder`
  return new FastFlowError({ code: 'output-unwritable', field: 'folder', message, cause })
}
