import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { copyFile, link, lstat, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readRegularFile } from '@fastflow/backend-node'
import { unwritable } from './files.ts'

/** One of the files of a result. */
export interface ResultFile {
  readonly extension: string
  readonly bytes: Uint8Array
}

/** Names that are tried before a folder is given up. */
const NAMES = 10_000

/** More than any picture or clip takes. */
const MAX_BYTES = 256 * 2 ** 20

/**
 * Writes the files of a result, whole or not at all, under `stem` where that is free or holds a result of the very same
 * request, which is replaced. Where it holds anything else the name goes on with the digest of the request, so that nothing
 * is lost, whoever else writes there at the same time, and the same request always comes to the same name.
 *
 * @param request digest, hex, that the files name in their metadata as `request`.
 * @returns their paths.
 * @throws FastFlowError `output-unwritable`.
 */
export async function placeFiles(
  folder: string,
  stem: string,
  request: string,
  files: readonly ResultFile[],
): Promise<readonly string[]> {
  const drafts: string[] = []
  try {
    for (const { bytes } of files) drafts.push(await draft(folder, bytes))
    for (let n = 0; n < NAMES; n++) {
      const paths = files.map(({ extension }) => join(folder, `${nameOf(stem, request, n)}${extension}`))
      if (await place(drafts, paths, request)) return paths
    }
    throw new Error(`${NAMES} names are taken`)
  } catch (cause) {
    throw unwritable(join(folder, stem), '--out', cause, 'folder')
  } finally {
    await Promise.all(drafts.map((path) => rm(path, { force: true }).catch(() => {})))
  }
}

function nameOf(stem: string, request: string, n: number): string {
  const digest = request.slice(0, 8)
  if (n === 0) return stem
  return n === 1 ? `${stem}-${digest}` : `${stem}-${digest}-${n}`
}

async function draft(folder: string, bytes: Uint8Array): Promise<string> {
  // A name of its own: one made from the result's could be too long.
  const path = join(folder, `.${randomUUID()}.tmp`)
  const file = await open(path, 'wx')
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  return path
}

/** Moves all drafts to their paths, or none where something else lies at one of them. */
async function place(drafts: readonly string[], paths: readonly string[], request: string): Promise<boolean> {
  const holders = await Promise.all(paths.map(requestAt))
  if (holders.some((holder) => holder !== undefined && holder !== request)) return false
  const made: string[] = []
  for (const [k, path] of paths.entries()) {
    if (holders[k] === undefined && (await claim(drafts[k]!, path))) made.push(path)
    else if ((await requestAt(path)) === request) await rename(drafts[k]!, path)
    else {
      // Someone took this name meanwhile: those taken before it are given back.
      await Promise.all(made.map((one) => rm(one, { force: true })))
      return false
    }
  }
  return true
}

/** Puts a file where none is, and never over one. @returns false where there is one. */
async function claim(draftPath: string, path: string): Promise<boolean> {
  try {
    // Not every file system has hard links.
    await link(draftPath, path).catch((error) => {
      if (error.code === 'EEXIST') throw error
      return copyFile(draftPath, path, constants.COPYFILE_EXCL)
    })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** The request that the file at `path` is the result of; empty where it is none of ours, undefined where there is no file. */
async function requestAt(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch((error) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (found === undefined) return undefined
  if (!found.isFile()) return ''
  try {
    const { default: sharp } = await import('sharp')
    const { exif } = await sharp(await readRegularFile(path, MAX_BYTES)).metadata()
    // Quotes inside of values are escaped, so that no prompt can say this.
    return /"request":"([0-9a-f]+)"/.exec(exif?.toString('latin1') ?? '')?.[1] ?? ''
  } catch {
    return ''
  }
}
