import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FastFlowError, invalidArgument } from '@fastflow/core'
import { checkFunction, checkText, shown } from '@fastflow/core/backend'
import { sweepTemporaries, temporaryFor } from './temporaries.ts'

/**
 * Writes a temporary file beside `path`, flushes it to disk and renames it: after a crash the old content is still
 * there, and readers never see half of the new one. Temporary files that killed processes left in the folder go first.
 *
 * @param commit asked just before the rename; false gives up, and the old content stays.
 * @returns whether it was written.
 * @throws FastFlowError `invalid-argument`, `output-unwritable` where `path` is a folder; else the error of the file system.
 */
export async function replaceFile(
  path: string,
  data: string | Uint8Array,
  commit: () => boolean | Promise<boolean> = () => true,
): Promise<boolean> {
  checkText('path', path, 'the path of the file')
  if (typeof data !== 'string' && !(data instanceof Uint8Array))
    throw invalidArgument('data', `${shown(data)} is neither text nor a Uint8Array`)
  checkFunction('commit', commit, '() => true')
  await sweepTemporaries(dirname(path))
  const temporary = temporaryFor(path)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    if (await commit()) {
      await rename(temporary, path)
      await flushFolder(dirname(path))
      return true
    }
    await rm(temporary, { force: true })
    return false
  } catch (error) {
    // What cannot be removed either must not hide why it could not be written.
    await rm(temporary, { force: true }).catch(() => {})
    throw (await isFolder(path)) ? folderInTheWay(path, error) : error
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() === true
}

function folderInTheWay(path: string, cause: unknown): FastFlowError {
  const message = `path: ${shown(path)} is a folder; pass the path of a file`
  return new FastFlowError({ code: 'output-unwritable', field: 'path', message, cause })
}

/** Makes new names in a folder survive a power cut. Windows has no such call and refuses to open folders. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
