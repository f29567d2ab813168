import { readRegularFile } from '@fastflow/backend-node'

/** Most bytes of a plan, a policy, a checkpoint or a file of cases. */
export const MAX_TEXT: number = 64 * 2 ** 20

/** Most bytes of a log, to which every request adds a line. */
export const MAX_LOG: number = 256 * 2 ** 20

/**
 * The text of a file in UTF-8 without its byte order mark.
 *
 * @throws Error saying why it cannot be read, see {@link reasonOf}.
 */
export async function readText(path: string, most: number = MAX_TEXT): Promise<string> {
  const bytes = await readBytes(path, most)
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)
  if (mark === 0xfffe || mark === 0xfeff) throw new Error('it is UTF-16; save it as UTF-8')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Error('it is not text in UTF-8')
  }
}

/** The bytes of a file, for readers that check them. @throws as {@link readText} does. */
export function readBytes(path: string, most: number = MAX_TEXT): Promise<Buffer> {
  return readRegularFile(path, most).then((bytes) =>
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
  )
}

/** Why a file could not be read, in a word or two: the code of the file system's error, or what our own says. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  return 'code' in cause ? String(cause.code) : cause.message
}
