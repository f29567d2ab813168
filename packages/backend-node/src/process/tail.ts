import type { Readable } from 'node:stream'
import { oneLine } from '../failure.ts'

const keptBytes = 2000

/** Reads a stream to its end, so that its writer never waits, and keeps the last of it: one printable line. */
export function tailOf(stream: Readable): () => string {
  let kept = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk.subarray(-keptBytes)]).subarray(-keptBytes)
  })
  stream.on('error', () => {})
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's control characters are what must go
  return () => oneLine(kept.toString().replace(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+/g, ' '))
}
