import type { Readable } from 'node:stream'

const keptBytes = 2000
const firstBytes = 500

/**
 * Reads a stream to its end, so that its writer never waits, and keeps the first of it, where engines say why they end
 * before they list where, and the last: one printable line.
 */
export function tailOf(stream: Readable): () => string {
  let first = Buffer.alloc(0)
  let last = Buffer.alloc(0)
  let isCut = false
  stream.on('data', (chunk: Buffer) => {
    const rest = chunk.subarray(firstBytes - first.length)
    first = Buffer.concat([first, chunk.subarray(0, firstBytes - first.length)])
    isCut ||= last.length + rest.length > keptBytes - firstBytes
    last = Buffer.concat([last, rest.subarray(-keptBytes)]).subarray(firstBytes - keptBytes)
  })
  stream.on('error', () => {})
  return () => {
    const words = `${first}${isCut ? ' ... ' : ''}${last}`
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's control characters are what must go
    const printable = words.replace(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+/g, ' ')
    return printable.replace(/\s+/g, ' ').trim()
  }
}
