import { checkNumber, checkOneOf, checkOptions, type OptionNames } from '@fastflow/core/backend'
import { exifOf, type Metadata } from './metadata.ts'
import { type Picture, plainBytes, rawOf } from './pictures.ts'
import { pngOf } from './png.ts'

export interface StillOptions {
  /** Default `png`. */
  readonly format?: 'png' | 'jpeg' | 'webp'
  /** 0 to 100, default 100, which is without loss for WebP. A PNG is without loss always. */
  readonly quality?: number
  readonly metadata?: Metadata
}

const NAMES: OptionNames<StillOptions> = { format: true, quality: true, metadata: true }

/** Pixels on a side that the formats hold. */
const MOST = { png: 2 ** 16, jpeg: 65_535, webp: 16_383 } as const

/**
 * A picture as a PNG, JPEG or WebP file; a JPEG is laid on white, its colours at full resolution.
 *
 * @throws FastFlowError `invalid-argument` naming the option or the part of the picture.
 */
export async function encodeStill(image: Picture, options: StillOptions = {}): Promise<Uint8Array> {
  checkOptions('options', options, NAMES)
  const { format = 'png', quality = 100, metadata } = options
  checkOneOf('format', format, Object.keys(MOST))
  checkNumber('quality', quality, 0, 100)
  if (format === 'png') return plainBytes(await pngOf('image', image, metadata))
  const raw = rawOf('image', image, MOST[format])
  const exif = exifOf(metadata)
  const { default: sharp } = await import('sharp')
  // The encoders begin at 1.
  const level = Math.max(1, Math.round(quality))
  const picture = sharp(image.data, { raw })
  const encoded =
    format === 'jpeg'
      ? picture.flatten({ background: 'white' }).jpeg({ quality: level, chromaSubsampling: '4:4:4' })
      : picture.webp(level === 100 ? { lossless: true, exact: true } : { quality: level })
  return plainBytes(await (exif === undefined ? encoded : encoded.withExif(exif)).toBuffer())
}
