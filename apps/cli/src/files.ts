import { randomUUID } from 'node:crypto'
import { access, constants, open, rm, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve } from 'node:path'
import { checkFolder, pathOf, replaceFile } from '@fastflow/backend-node'
import { FastFlowError } from '@fastflow/core'
import type { Io } from './io.ts'
import { whyUnread } from './read-text.ts'

/**
 * The absolute path of what an option names, by a path from the working directory on or by a `file:` address.
 *
 * @throws FastFlowError `invalid-argument`.
 */
export function pathAt({ cwd }: Pick<Io, 'cwd'>, given: string, option: string): string {
  return resolve(cwd, pathOf(given, option, 'a file or folder'))
}

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
export async function prepareOutput(io: Io, out: string): Promise<OutputPlace> {
  const path = pathAt(io, out, '--out')
  const means = /[\\/]$/.test(out) || extname(path) === ''
  const folder = (await isFolder(path)) || (means && (await kindAt(path)) === 'nothing')
  await (folder ? prepareFolder(path) : prepareFile(io, path, '--out'))
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
    throw unwritable(path, option, cause, 'folder')
  }
}

/**
 * Makes the folder of an output file and proves that the file can be written or replaced, before any work is done. One that
 * is to be replaced is told of while there is time to stop.
 *
 * @param option that named it.
 * @throws FastFlowError `output-unwritable`.
 */
export async function prepareFile(io: Io, path: string, option: string): Promise<void> {
  await prepareFolder(dirname(path), option)
  const probe = `${path}.${randomUUID()}.tmp`
  try {
    await checkReplaceable(path)
    // As long a name as the draft of the file will have.
    await (await open(probe, 'wx')).close()
    if (await isFile(path)) io.log(`${path} is there and will be replaced`)
  } catch (cause) {
    throw unwritable(path, option, cause)
  } finally {
    await rm(probe, { force: true }).catch(() => {})
  }
}

/** The same for a file that lines are added to, which may be a terminal too. */
export async function prepareLog(io: Io, path: string, option: string): Promise<void> {
  const before = await kindAt(path)
  if (before === 'nothing') return prepareFile(io, path, option)
  try {
    if (before !== 'device') await checkReplaceable(path)
  } catch (cause) {
    throw unwritable(path, option, cause)
  }
}

/** A file that its owner has locked is not to be replaced, even where its folder would allow it. */
async function checkReplaceable(path: string): Promise<void> {
  const kind = await kindAt(path)
  if (kind === 'nothing') return
  if (kind !== 'file') throw new Error(`it is a ${kind}, not a file`)
  await access(path, constants.W_OK)
}

type Kind = 'nothing' | 'file' | 'folder' | 'device' | 'pipe'

async function kindAt(path: string): Promise<Kind> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 'nothing'
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'folder'
  return found.isCharacterDevice() || found.isBlockDevice() ? 'device' : 'pipe'
}

/**
 * The error for an output that cannot be written.
 *
 * @param wanted what the option should name instead.
 */
export function unwritable(
  path: string,
  option: string,
  cause: unknown,
  wanted: 'file' | 'folder' = 'file',
): FastFlowError {
  return new FastFlowError({
    code: 'output-unwritable',
    field: option,
    message: `${option}: cannot write ${path} (${whyUnread(cause)}); choose a ${wanted} you may write to`,
    cause,
  })
}

export async function isFolder(path: string): Promise<boolean> {
  return (await kindAt(path)) === 'folder'
}

export async function isFile(path: string): Promise<boolean> {
  return (await kindAt(path)) === 'file'
}
