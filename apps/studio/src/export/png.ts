import type { RgbImage } from '@fastflow/core'
import type { Clip } from '@fastflow/pipelines'
import { exifOf } from './exif.ts'

/** What the file says of itself. */
export type Metadata = Readonly<Record<string, unknown>>

interface Chunk {
  readonly type: string
  readonly data: Uint8Array
}

/**
 * PNG bytes of an 8-bit RGB image, every pixel as it is; `metadata` as JSON in an `eXIf` block (ImageDescription),
 * where common tools read it.
 *
 * Reference: Portable Network Graphics (PNG) Specification (Third Edition).
 */
export async function encodePng(image: RgbImage, metadata: Metadata): Promise<Uint8Array<ArrayBuffer>> {
  const data = await pixelData(image)
  return join([header(image), { type: 'eXIf', data: exifOf(metadata) }, { type: 'IDAT', data }, end])
}

/** An animated PNG that runs for ever; viewers that cannot animate show the first frame. */
export async function encodeApng(
  { frames, fps }: Clip,
  metadata: Metadata,
): Promise<Uint8Array<ArrayBuffer>> {
  const pixels = await Promise.all(frames.map(pixelData))
  let sequence = 0
  const body = frames.flatMap(({ width, height }, n): Chunk[] => {
    const control = new DataView(new ArrayBuffer(26))
    for (const [k, word] of [sequence++, width, height, 0, 0].entries()) control.setUint32(4 * k, word)
    control.setUint16(20, 1)
    control.setUint16(22, fps)
    const data = pixels[n]!
    const picture =
      n === 0 ? { type: 'IDAT', data } : { type: 'fdAT', data: concat([word(sequence++), data]) }
    return [{ type: 'fcTL', data: new Uint8Array(control.buffer) }, picture]
  })
  const animation = { type: 'acTL', data: concat([word(frames.length), word(0)]) }
  return join([header(frames[0]!), { type: 'eXIf', data: exifOf(metadata) }, animation, ...body, end])
}

const end: Chunk = { type: 'IEND', data: new Uint8Array() }

/** 8 bits a channel, RGB, not interlaced. */
function header({ width, height }: RgbImage): Chunk {
  return { type: 'IHDR', data: concat([word(width), word(height), Uint8Array.of(8, 2, 0, 0, 0)]) }
}

/** Rows, each behind a zero for "not filtered", in zlib's format. */
async function pixelData({ width, height, data }: RgbImage): Promise<Uint8Array<ArrayBuffer>> {
  const rows = new Uint8Array(height * (1 + 3 * width))
  for (let y = 0; y < height; y++)
    rows.set(data.subarray(3 * width * y, 3 * width * (y + 1)), y * (1 + 3 * width) + 1)
  const stream = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

function join(chunks: readonly Chunk[]): Uint8Array<ArrayBuffer> {
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  return concat([signature, ...chunks.map(bytesOf)])
}

function bytesOf({ type, data }: Chunk): Uint8Array {
  const content = concat([new TextEncoder().encode(type), data])
  return concat([word(data.length), content, word(crc32(content))])
}

function word(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value)
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** CRC-32 as PNG has it. */
function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
