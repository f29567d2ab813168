import { type BigIntStats, constants, type Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { checkText, checkWhole } from '@fastflow/core/backend'

/**
 * Opens a regular file, hands it to `use` and closes it. A pipe, a device or a socket is told of and never waited for, a file
 * that is made up while it is read is told of too.
 *
 * @throws Error saying what is there instead; the file system's own errors, with their codes.
 */
export async function withRegularFile<Result>(
  path: string,
  use: (file: FileHandle, size: number) => Promise<Result>,
): Promise<Result> {
  // Asked before it is opened, which can be a wait or an act of its own, and again of what was opened.
  checkRegular(await stat(path))
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const found = await file.stat()
    checkRegular(found)
    if (found.size === 0) await checkEmpty(file)
    return await use(file, found.size)
  } finally {
    await file.close()
  }
}

/**
 * The bytes of a regular file of at most `most` bytes.
 *
 * @throws Error for anything else and for a file that became shorter while it was read; the file system's own errors, with
 *   their codes; FastFlowError `invalid-argument`.
 */
export async function readRegularFile(path: string, most: number): Promise<Uint8Array> {
  checkText('path', path, 'the path of a file')
  checkWhole('most', most, 0)
  return readRegularFileInto((size) => new Uint8Array(size), path, most)
}

/** {@link readRegularFile}, to memory of the caller's. */
export function readRegularFileInto(
  memoryFor: (size: number) => Uint8Array,
  path: string,
  most: number,
): Promise<Uint8Array> {
  return withRegularFile(path, async (file, size) => {
    if (size > most) throw new Error(`it has ${size} bytes, more than the ${most} that are read`)
    const bytes = memoryFor(size)
    for (let at = 0; at < size; ) {
      const { bytesRead } = await file.read(bytes, at, size - at, at)
      if (bytesRead === 0) throw cutShort(at, size)
      at += bytesRead
    }
    return bytes
  })
}

/** The error for a file that ends before its size says. */
export function cutShort(read: number, size: number): Error {
  return new Error(`it became shorter while it was read: ${read} of ${size} bytes; wait until it is written`)
}

/** Something else lies where a file was looked for. */
export class NotAFile extends Error {
  override readonly name = 'NotAFile'
  /** What it is, in words. */
  readonly kind: string

  constructor(kind: string) {
    super(`it is a ${kind}, not a file`)
    this.kind = kind
  }
}

/** @throws NotAFile. */
export function checkRegular(found: Stats | BigIntStats): void {
  if (!found.isFile()) throw new NotAFile(kindOf(found))
}

/** Files that a kernel makes up as they are read, as in `/proc`, say that they have no bytes. */
async function checkEmpty(file: FileHandle): Promise<void> {
  const { bytesRead } = await file.read(new Uint8Array(1), 0, 1, 0)
  if (bytesRead > 0)
    throw new Error('it says that it has no bytes, and has some, as those in /proc do; give a copy of it')
}

function kindOf(found: Stats | BigIntStats): string {
  if (found.isDirectory()) return 'folder'
  if (found.isFIFO()) return 'named pipe'
  return found.isSocket() ? 'socket' : 'device'
}
