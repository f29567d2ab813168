import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { checkRegular } from './regular-file.ts'

/** What tells that a file is the one that was looked at before, as far as a file system tells without reading it. */
export interface FileStamp {
  /** As the model names it; the model file by its own name. */
  readonly name: string
  readonly size: number
  /** Time of the last change of content and of the file itself, in nanoseconds, and inode. */
  readonly mark: string
}

/** A digest, and the files it was computed from: the model file first. */
export interface KnownDigest {
  readonly digest: string
  readonly files: readonly FileStamp[]
}

/** @throws NotAFile, and the file system's own error where there is no such file. */
export async function stampOf(path: string, name: string): Promise<FileStamp> {
  const found = await stat(path, { bigint: true })
  checkRegular(found)
  const { size, mtimeNs, ctimeNs, ino } = found
  return { name, size: Number(size), mark: `${mtimeNs} ${ctimeNs} ${ino}` }
}

export function sameFiles(a: readonly FileStamp[], b: readonly FileStamp[]): boolean {
  if (a.length !== b.length) return false
  return a.every(({ name, size, mark }, k) => {
    const other = b[k]
    return name === other?.name && size === other.size && mark === other.mark
  })
}

/** Whether files below `folder` are still the ones they were. */
export async function areUnchanged(folder: string, files: readonly FileStamp[]): Promise<boolean> {
  try {
    const now = await Promise.all(files.map(({ name }) => stampOf(join(folder, name), name)))
    return sameFiles(now, files)
  } catch {
    return false
  }
}

export function sizeOf(files: readonly FileStamp[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}
