import { crc32 } from 'node:zlib'
import type { Frames } from './pictures.ts'
import { encodePng, exifOf } from './png.ts'

/** An animated WebP without loss that runs for ever. */
export async function encodeWebp(
  { frames, fps }: Frames,
  metadata: Readonly<Record<string, unknown>>,
): Promise<Buffer> {
  const { default: sharp } = await import('sharp')
  const pages = await Promise.all(frames.map((frame) => encodePng(frame)))
  const delay = frames.map(() => Math.round(1000 / fps))
  return sharp(pages, { join: { animated: true } })
    .webp({ lossless: true, loop: 0, delay })
    .withExif(exifOf(metadata))
    .toBuffer()
}

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

/**
 * An animated PNG that runs for ever: every frame a whole PNG of its own, whose data become `fdAT` chunks.
 *
 * Reference: Portable Network Graphics (PNG) Specification (Third Edition), section 11.3.6.
 */
export async function encodeApng(
  { frames, fps }: Frames,
  metadata: Readonly<Record<string, unknown>>,
): Promise<Buffer> {
  const pictures = await Promise.all(
    frames.map(async (frame, n) => chunksOf(await encodePng(frame, n === 0 ? metadata : undefined))),
  )
  const [first = []] = pictures
  let sequence = 0
  const body = frames.flatMap(({ width, height }, n): Chunk[] => {
    const control = Buffer.alloc(26)
    const words = [sequence++, width, height, 0, 0]
    for (const [k, word] of words.entries()) control.writeUInt32BE(word, 4 * k)
    control.writeUInt16BE(1, 20)
    control.writeUInt16BE(fps, 22)
    const picture = pictures[n]!.filter(({ type }) => type === 'IDAT')
    // Numbers are of fcTL and fdAT together, without a gap: decoders refuse others.
    const numbered = ({ data }: Chunk): Chunk => ({
      type: 'fdAT',
      data: Buffer.concat([uint32(sequence++), data]),
    })
    return [{ type: 'fcTL', data: control }, ...(n === 0 ? picture : picture.map(numbered))]
  })
  const head = first.filter(({ type }) => type !== 'IDAT' && type !== 'IEND')
  const animation = { type: 'acTL', data: Buffer.concat([uint32(frames.length), uint32(0)]) }
  const chunks = [...head, animation, ...body, { type: 'IEND', data: Buffer.alloc(0) }]
  return Buffer.concat([signature, ...chunks.map(bytesOf)])
}

const signature = Buffer.from('89504e470d0a1a0a', 'hex')

function chunksOf(png: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let at = signature.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

function bytesOf({ type, data }: Chunk): Buffer {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([uint32(data.length), content, uint32(crc32(content))])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
