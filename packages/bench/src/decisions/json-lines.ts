import { invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/** A line of a file of JSON lines. */
export interface JsonLine {
  /** From 1 on, blank ones counted. */
  readonly number: number
  /** As they lie in the file: its reader checks that they are UTF-8. */
  readonly bytes: Uint8Array
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20

/** In UTF-8. */
const MARK = [0xef, 0xbb, 0xbf] as const

/**
 * The lines that are not blank; they end with a newline, a carriage return or both. A byte order mark is skipped.
 *
 * @throws FastFlowError `invalid-argument` for what is no bytes.
 */
export function jsonLines(bytes: Uint8Array): readonly JsonLine[] {
  // Not instanceof: bytes may come from another realm.
  if (Object.prototype.toString.call(bytes) !== '[object Uint8Array]')
    throw invalidArgument('bytes', `${shown(bytes)} is not bytes; pass what a file holds, as Uint8Array`)
  const lines: JsonLine[] = []
  const begin = MARK.every((byte, k) => bytes[k] === byte) ? MARK.length : 0
  for (let start = begin, number = 1; start < bytes.length; number++) {
    const end = endOf(bytes, start)
    const line = bytes.subarray(start, end)
    if (line.some((byte) => byte > SPACE)) lines.push({ number, bytes: line })
    start = end + (bytes[end] === RETURN && bytes[end + 1] === NEWLINE ? 2 : 1)
  }
  return lines
}

function endOf(bytes: Uint8Array, start: number): number {
  let end = start
  while (end < bytes.length && bytes[end] !== NEWLINE && bytes[end] !== RETURN) end++
  return end
}
