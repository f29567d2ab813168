import { crc32 } from 'node:zlib'
import { expect } from 'vitest'

export interface PngChunk {
  readonly type: string
  readonly data: Buffer
}

/** The chunks of a PNG file, their checksums checked. */
export function readChunks(bytes: Uint8Array): readonly PngChunk[] {
  const png = Buffer.from(bytes)
  expect(png.toString('hex', 0, 8)).toBe('89504e470d0a1a0a')
  const chunks: PngChunk[] = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const content = png.subarray(at + 4, at + 8 + length)
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(content))
    chunks.push({ type: content.toString('latin1', 0, 4), data: content.subarray(4) })
    at += 12 + length
  }
  return chunks
}
