import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { FastFlowError } from '@fastflow/core'

/** Writes a whole file or none: a crash or Ctrl-C leaves no half-written one. */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${randomUUID()}.partial`)
  try {
    const file = await open(partial, 'wx')
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
  } catch (cause) {
    await rm(partial, { force: true })
    throw unwritable(path, cause)
  }
}

/** Makes an output folder and proves that files can be written there, before any work is done. */
export async function prepareFolder(path: string): Promise<void> {
  const probe = join(path, `.${randomUUID()}.probe`)
  try {
    await makeFolders(path)
    await (await open(probe, 'wx')).close()
  } catch (cause) {
    throw unwritable(path, cause)
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}

// Not `mkdir` with `recursive`: under /proc it never returns (a folder there cannot be made, though its parent exists).
async function makeFolders(path: string): Promise<void> {
  if (await isFolder(path)) return
  if (dirname(path) !== path) await makeFolders(dirname(path))
  await mkdir(path)
}

function unwritable(path: string, cause: unknown): FastFlowError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new FastFlowError({
    code: 'output-unwritable',
    field: '--out',
    message: `--out: cannot write ${path} (${reason}); choose a folder you may write to`,
    cause,
  })
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}
