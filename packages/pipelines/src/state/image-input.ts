import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/** A picture handed in: 8-bit RGB or RGBA, row by row, three or four bytes a pixel; a canvas' ImageData is one. */
export interface ImageInput {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Pixels of a picture above this are taken for a mistake. */
const MAX_PIXELS = 100_000_000

/**
 * Planar pixels [3, size, size] in [-1, 1] of a picture; one with alpha is laid on white.
 *
 * @param field the option it came from.
 * @throws FastFlowError `invalid-argument` for another size or data that is neither RGB nor RGBA.
 */
export function planarPixels(image: ImageInput | undefined, size: number, field: string): Float32Array {
  const { width, height } = checkKind(image, field)
  if (width !== size || height !== size)
    throw invalidArgument(
      field,
      `is ${shown(width)} x ${shown(height)}; resize it to ${size} x ${size} first`,
    )
  return planesOf(checkImage(image, field))
}

/** Planar pixels [3, height, width] in [-1, 1]. */
export function planesOf({ width, height, data }: ImageInput): Float32Array {
  const plane = width * height
  const channels = data.length / plane
  const pixels = new Float32Array(3 * plane)
  for (let k = 0; k < plane; k++) {
    const alpha = channels === 4 ? data[4 * k + 3]! / 255 : 1
    for (let c = 0; c < 3; c++) {
      const onWhite = data[channels * k + c]! * alpha + 255 * (1 - alpha)
      pixels[c * plane + k] = onWhite / 127.5 - 1
    }
  }
  return pixels
}

/**
 * A picture of whatever size, checked.
 *
 * @throws FastFlowError `invalid-argument` for what is no picture, or data that is neither RGB nor RGBA.
 */
export function checkImage(image: ImageInput | undefined, field: string): ImageInput {
  const { width, height, data } = checkKind(image, field)
  const plane = width * height
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0
  if (!whole || plane > MAX_PIXELS)
    throw invalidArgument(
      field,
      `is ${shown(width)} x ${shown(height)}; pass a picture of at most ${MAX_PIXELS} pixels`,
    )
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray
  if (bytes && (data.length === 3 * plane || data.length === 4 * plane)) return { width, height, data }
  const has = bytes ? `${data.length} bytes` : 'no bytes'
  throw invalidArgument(
    field,
    `has ${has} of data; ${width} x ${height} pixels are ${3 * plane} as RGB or ${4 * plane} as RGBA`,
  )
}

function checkKind(image: ImageInput | undefined, field: string): ImageInput {
  if (image === undefined)
    throw invalidArgument(field, 'is missing; pass the picture to edit as { width, height, data }')
  if (!isRecord(image) || ArrayBuffer.isView(image) || image.width === undefined)
    throw invalidArgument(field, `is ${kindOf(image)}; decode it first, and pass { width, height, data }`)
  return image
}

function kindOf(value: unknown): string {
  if (ArrayBuffer.isView(value)) return 'bytes'
  if (typeof value === 'string') return 'a text, perhaps a path'
  if (isRecord(value) && typeof value.then === 'function') return 'a promise'
  return isRecord(value) ? 'an object without width' : shown(value)
}
