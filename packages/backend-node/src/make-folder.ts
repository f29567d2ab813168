import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from './failure.ts'

/**
 * Makes a folder and those above it, where they are not there yet. Not `mkdir` with `recursive`: under /proc it never
 * returns (a folder there cannot be made, though its parent exists), and no signal ends it.
 */
export async function makeFolder(path: string): Promise<void> {
  if (await isFolder(path)) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  try {
    await mkdir(path)
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(errorCode(error) === 'EEXIST' && (await isFolder(path)))) throw error
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
