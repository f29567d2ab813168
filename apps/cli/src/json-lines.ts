/** A line of a file of JSON lines. */
export interface JsonLine {
  /** From 1 on, blank ones counted. */
  readonly number: number
  /** As they lie in the file: its reader checks that they are UTF-8. */
  readonly bytes: Uint8Array
}

const NEWLINE = 0x0a
const SPACE = 0x20

/** The lines that are not blank. */
export function jsonLines(bytes: Uint8Array): readonly JsonLine[] {
  const lines: JsonLine[] = []
  for (let start = 0, number = 1; start < bytes.length; number++) {
    const found = bytes.indexOf(NEWLINE, start)
    const end = found < 0 ? bytes.length : found
    const line = bytes.subarray(start, end)
    if (line.some((byte) => byte > SPACE)) lines.push({ number, bytes: line })
    start = end + 1
  }
  return lines
}
