import { crc32 } from 'node:zlib'
import { invalidArgument } from '@fastflow/core'
import { checkWhole, shown } from '@fastflow/core/backend'
import { exifOf, type Metadata } from './metadata.ts'
import { type Frames, type Picture, plainBytes, type Raw, rawOf } from './pictures.ts'
import { pngOf } from './png.ts'

/** Frames of fewer milliseconds are shown by browsers for 100. */
const LEAST_MS = 11

/** Both formats could hold more; APNG has 16 bits for it. */
const MOST_FPS = 65_535

/** Pixels on a side that WebP holds. */
const MOST_WEBP = 16_383

/** @throws FastFlowError `invalid-argument` naming what no file could hold. */
function checkClip(clip: Frames): void {
  if (typeof clip !== 'object' || clip === null)
    throw invalidArgument('clip', `${shown(clip)} is no clip; pass { frames, fps }`)
  const { frames, fps } = clip
  checkWhole('fps', fps, 1, MOST_FPS)
  if (!Array.isArray(frames))
    throw invalidArgument('frames', `${shown(frames)} is no list; pass the pictures`)
  if (frames.length === 0) throw invalidArgument('frames', 'are none; a clip has one or more')
  const raws = frames.map((frame, n) => rawOf(`frames[${n}]`, frame))
  const wordsOf = ({ width, height, channels }: Raw): string =>
    `${width} x ${height}${channels === 4 ? ' with transparency' : ''}`
  const words = raws.map(wordsOf)
  const other = words.findIndex((size) => size !== words[0])
  if (other === -1) return
  throw invalidArgument(`frames[${other}]`, `is ${words[other]}, the first one ${words[0]}; make them equal`)
}

/** A frame as it is shown. */
interface Shown {
  readonly frame: Picture
  readonly ms: number
}

/**
 * The frames that a file in whole milliseconds shows: each begins at the millisecond nearest to its time, so that all of
 * them last as long as the clip. One that browsers would slow down gives its time to the one before it.
 */
function shownOf({ frames, fps }: Frames): readonly Shown[] {
  const begin = (n: number): number => Math.round((1000 * n) / fps)
  const kept: number[] = [0]
  for (let n = 1; n < frames.length; n++) if (begin(n) - begin(kept.at(-1)!) >= LEAST_MS) kept.push(n)
  if (kept.length > 1 && begin(frames.length) - begin(kept.at(-1)!) < LEAST_MS) kept.pop()
  return kept.map((n, k) => ({ frame: frames[n]!, ms: begin(kept[k + 1] ?? frames.length) - begin(n) }))
}

/**
 * What the user should know of the files of a clip.
 *
 * @throws FastFlowError `invalid-argument` as the encoders do.
 */
export function clipNotes(clip: Frames): readonly string[] {
  checkClip(clip)
  const [shown, all] = [shownOf(clip).length, clip.frames.length]
  if (shown === all) return []
  const why = 'browsers show what is to last 10 ms or less for 100 ms'
  return [`the animated WebP shows ${shown} of the ${all} frames: ${why}; the animated PNG has them all`]
}

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

/**
 * An animated WebP without loss that runs for ever: every frame a whole picture of its own, so that equal ones stay apart.
 * Of one frame a still picture.
 *
 * Reference: WebP Container Specification (RFC 9649), section 2.7.
 *
 * @throws FastFlowError `invalid-argument` for a clip that no file could hold.
 */
export async function encodeWebp(clip: Frames, metadata?: Metadata): Promise<Uint8Array> {
  checkClip(clip)
  const [first] = clip.frames as readonly [Picture]
  const still = await stillWebp(first, metadata)
  if (clip.frames.length === 1) return plainBytes(still)
  const canvas = Buffer.concat([uint24(first.width - 1), uint24(first.height - 1)])
  const frames = await Promise.all(
    shownOf(clip).map(async ({ frame, ms }): Promise<Chunk> => {
      const picture = webpChunksOf(await stillWebp(frame)).filter(({ type }) => type === 'VP8L')
      // At the upper left corner, over what was there before, without blending.
      const place = Buffer.concat([uint24(0), uint24(0), canvas, uint24(ms), Buffer.of(2)])
      return { type: 'ANMF', data: Buffer.concat([place, ...picture.map(webpBytesOf)]) }
    }),
  )
  const exif = webpChunksOf(still).filter(({ type }) => type === 'EXIF')
  const hasAlpha = rawOf('frames[0]', first).channels === 4
  const holds = 0x02 + (exif.length > 0 ? 0x08 : 0) + (hasAlpha ? 0x10 : 0)
  // A transparent background, for ever.
  const head = [
    { type: 'VP8X', data: Buffer.concat([Buffer.of(holds, 0, 0, 0), canvas]) },
    { type: 'ANIM', data: Buffer.alloc(6) },
  ]
  const content = Buffer.concat([Buffer.from('WEBP'), ...[...head, ...frames, ...exif].map(webpBytesOf)])
  return plainBytes(webpBytesOf({ type: 'RIFF', data: content }))
}

async function stillWebp(frame: Picture, metadata?: Metadata): Promise<Buffer> {
  const raw = rawOf('frames[0]', frame, MOST_WEBP)
  const exif = exifOf(metadata)
  const { default: sharp } = await import('sharp')
  const picture = sharp(frame.data, { raw }).webp({ lossless: true, exact: true })
  return (exif === undefined ? picture : picture.withExif(exif)).toBuffer()
}

/** Chunks have an even number of bytes and do not count the one that makes it so. */
function webpChunksOf(webp: Buffer): readonly Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 12; at < webp.length; ) {
    const length = webp.readUInt32LE(at + 4)
    const type = webp.toString('latin1', at, at + 4)
    chunks.push({ type, data: webp.subarray(at + 8, at + 8 + length) })
    at += 8 + length + (length % 2)
  }
  return chunks
}

function webpBytesOf({ type, data }: Chunk): Buffer {
  const size = Buffer.alloc(4)
  size.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(type, 'latin1'), size, data, Buffer.alloc(data.length % 2)])
}

function uint24(value: number): Buffer {
  const bytes = Buffer.alloc(3)
  bytes.writeUIntLE(value, 0, 3)
  return bytes
}

/**
 * An animated PNG that runs for ever: every frame a whole PNG of its own, whose data become `fdAT` chunks.
 *
 * Reference: Portable Network Graphics (PNG) Specification (Third Edition), section 11.3.6.
 *
 * @throws FastFlowError `invalid-argument` for a clip that no file could hold.
 */
export async function encodeApng(clip: Frames, metadata?: Metadata): Promise<Uint8Array> {
  checkClip(clip)
  const { frames, fps } = clip
  const pictures = await Promise.all(
    frames.map(async (frame, n) =>
      chunksOf(await pngOf(`frames[${n}]`, frame, n === 0 ? metadata : undefined)),
    ),
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
  return plainBytes(Buffer.concat([signature, ...chunks.map(bytesOf)]))
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
