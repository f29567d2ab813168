import { stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { checkFolder, replaceFile } from '@fastflow/backend-node'
import { FastFlowError } from '@fastflow/core'

/**
 * Writes a whole file or none: a crash or Ctrl-C leaves no half-written one.
 *
 * @param option that named the path.
 * @throws FastFlowError `output-unwritable`.
 */
export async function writeWhole(path: string, data: Uint8Array | string, option = '--out'): Promise<void> {
  try {
    await replaceFile(path, data)
  } catch (cause) {
    throw unwritable(path, option, cause)
  }
}

/** Where something goes that has a name of its own: the file that was given, or a folder to put it in. */
export interface OutputPlace {
  readonly path: string
  readonly isFolder: boolean
}

/**
 * Reads `--out` and makes the folder. What is not there yet is a folder where it ends with a slash or has no extension.
 *
 * @throws FastFlowError `output-unwritable`.
 */
export async function prepareOutput(cwd: string, out: string): Promise<OutputPlace> {
  const path = resolve(cwd, out)
  const means = /[\\/]$/.test(out) || extname(path) === ''
  const folder = (await isFolder(path)) || (means && !(await isFile(path)))
  await prepareFolder(folder ? path : dirname(path))
  return { path, isFolder: folder }
}

/** The file at an output place, `name` being its own. */
export function fileAt({ path, isFolder }: OutputPlace, name: string): string {
  return isFolder ? join(path, name) : path
}

/**
 * Makes an output folder and proves that files can be written there, before any work is done.
 *
 * @param option that named it.
 * @throws FastFlowError `output-unwritable`.
 */
export async function prepareFolder(path: string, option = '--out'): Promise<void> {
  try {
    await checkFolder(path)
  } catch (cause) {
    throw unwritable(path, option, cause)
  }
}

export function unwritable(path: string, option: string, cause: unknown): FastFlowError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
  return new FastFlowError({
    code: 'output-unwritable',
    field: option,
    message: `${option}: cannot write ${path} (${reason}); choose a folder you may write to`,
    cause,
  })
}

export async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false
}
