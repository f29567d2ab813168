import { readRegularFile } from '@fastflow/backend-node'
import { reasonOf } from '@fastflow/core'

/** Most bytes of a plan, a policy, a checkpoint or a file of cases. */
const MAX_TEXT: number = 64 * 2 ** 20

/** Most bytes of a log, to which every request adds a line. */
export const MAX_LOG: number = 256 * 2 ** 20

/**
 * The bytes of a file of text. Its reader checks that they are UTF-8 and names the line; files that are UTF-16, as some
 * shells write them, are told of as a whole.
 *
 * @throws Error saying why it cannot be read, see {@link whyUnread}.
 */
export async function readBytes(path: string, most: number = MAX_TEXT): Promise<Buffer> {
  const bytes = await readRegularFile(path, most)
  const mark = (bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)
  if (mark === 0xfffe || mark === 0xfeff) throw new Error('it is UTF-16; save it as UTF-8')
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Codes of the file system, such as ENOENT; those of our own errors say less than their messages. */
const systemCode = /^[A-Z][A-Z0-9_]*$/

/** Why a file could not be read or written, in a word or two: the code of the file system's error, or what our own says. */
export function whyUnread(cause: unknown): string {
  const coded = cause instanceof Error && 'code' in cause && systemCode.test(String(cause.code))
  return coded ? String(cause.code) : reasonOf(cause)
}
