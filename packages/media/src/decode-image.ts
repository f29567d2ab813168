import { type FastFlowError, invalidArgument, type RgbImage } from '@fastflow/core'
import { checkOptions, checkText, checkWhole, type OptionNames, shown } from '@fastflow/core/backend'
import type { Sharp } from 'sharp'
import { fitOnWhite, MAX_FITTED } from './fit-on-white.ts'

const MAX_MEGAPIXELS = 25

/** Pixels on a side: a strip of one by millions takes minutes to resize and shows nothing. */
const MAX_SIDE = 32_768

/** How PNG, JPEG and WebP files begin, hex. */
const SIGNATURES: readonly RegExp[] = [/^89504e470d0a1a0a/, /^ffd8ff/, /^52494646.{8}57454250/]

export interface DecodeOptions {
  /** Pixels on a side of the square it is fitted into, on white; without it the picture stays as large as it is. */
  readonly size?: number
  /** What the picture is called in errors, e.g. its path. Default `picture`. */
  readonly name?: string
  /** The option or field that named it, for errors. Default `image`. */
  readonly field?: string
}

const NAMES: OptionNames<DecodeOptions> = { size: true, name: true, field: true }

function checkedOptions(options: DecodeOptions): {
  readonly size: number | undefined
  readonly name: string
  readonly field: string
} {
  checkOptions('options', options, NAMES)
  const { size, name = 'picture', field = 'image' } = options
  if (size !== undefined) checkWhole('size', size, 1, MAX_FITTED)
  checkText('name', name, 'what errors are to call the picture')
  checkText('field', field, 'what named it')
  return { size, name, field }
}

/**
 * The pixels of a PNG, JPEG or WebP file, upright, in sRGB, on white.
 *
 * @throws FastFlowError `invalid-argument` for bytes that are no such picture or damaged, over 25 megapixels or over 32,768
 *   pixels on a side; for options that are none.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
  const checked = checkedOptions(options)
  const image = await decoded(bytes, checked, (picture) =>
    picture.flatten({ background: 'white' }).removeAlpha(),
  )
  return checked.size === undefined ? image : fitOnWhite(image, checked.size)
}

/**
 * The same with transparency, four bytes a pixel; what `size` adds is transparent.
 *
 * @throws FastFlowError `invalid-argument` as {@link decodeImage} does.
 */
export async function decodeRgba(bytes: Uint8Array, options: DecodeOptions = {}): Promise<RgbImage> {
  const checked = checkedOptions(options)
  const { size } = checked
  const background = { r: 255, g: 255, b: 255, alpha: 0 }
  return decoded(bytes, checked, (picture) => {
    const whole = picture.ensureAlpha()
    return size === undefined ? whole : whole.resize(size, size, { fit: 'contain', background })
  })
}

async function decoded(
  bytes: Uint8Array,
  { name, field }: ReturnType<typeof checkedOptions>,
  laid: (picture: Sharp) => Sharp,
): Promise<RgbImage> {
  const wrong = (problem: string): FastFlowError => invalidArgument(field, `${name} ${problem}`)
  if (!(bytes instanceof Uint8Array))
    throw wrong(`is ${shown(bytes)}, not bytes; pass what a PNG, JPEG or WebP file holds`)
  if (bytes.length === 0) throw wrong('is empty; give a PNG, JPEG or WebP file')
  // Other formats, documents that refer to files among them, are not given to a parser at all.
  const begin = Buffer.from(bytes.subarray(0, 12)).toString('hex')
  if (!SIGNATURES.some((signature) => signature.test(begin)))
    throw wrong('is not a picture that can be read; give a PNG, JPEG or WebP file')
  const { default: sharp } = await import('sharp')
  // The size is checked below, before a pixel is decoded, so that the message can name it.
  const open = () => sharp(bytes, { failOn: 'truncated', limitInputPixels: MAX_MEGAPIXELS * 1e6 })
  const { width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => {
      throw wrong('is not a picture that can be read; give a PNG, JPEG or WebP file')
    })
  if (width * height > MAX_MEGAPIXELS * 1e6)
    throw wrong(`has ${width} x ${height} pixels; make it smaller than ${MAX_MEGAPIXELS} megapixels`)
  if (Math.max(width, height) > MAX_SIDE)
    throw wrong(`has ${width} x ${height} pixels; make no side longer than ${MAX_SIDE}`)
  const { data, info } = await laid(open().autoOrient().toColourspace('srgb'))
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((cause: Error) => {
      throw wrong(`is damaged (${cause.message.split('\n')[0]}); save it again`)
    })
  return { width: info.width, height: info.height, data: new Uint8Array(data) }
}
