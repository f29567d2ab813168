import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/** A picture handed in: 8-bit RGB or RGBA, row by row, three or four bytes a pixel; a canvas' ImageData is one. */
export interface ImageInput {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}

/**
 * Planar pixels [3, size, size] in [-1, 1] of a picture; one with alpha is laid on white.
 *
 * @param field the option it came from.
 * @throws FastFlowError `invalid-argument` for another size or data that is neither RGB nor RGBA.
 */
export function planarPixels(image: ImageInput | undefined, size: number, field: string): Float32Array {
  const { width, height, data } = checkImage(image, size, field)
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

function checkImage(image: ImageInput | undefined, size: number, field: string): ImageInput {
  if (image === undefined)
    throw invalidArgument(field, 'is missing; pass the picture to edit as { width, height, data }')
  if (!isRecord(image) || ArrayBuffer.isView(image) || image.width === undefined)
    throw invalidArgument(field, `is ${kindOf(image)}; decode it first, and pass { width, height, data }`)
  const { width, height, data } = image
  if (width !== size || height !== size)
    throw invalidArgument(
      field,
      `is ${shown(width)} x ${shown(height)}; resize it to ${size} x ${size} first`,
    )
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray
  if (bytes && (data.length === 3 * size * size || data.length === 4 * size * size)) return image
  const has = bytes ? `${data.length} bytes` : 'no bytes'
  throw invalidArgument(
    field,
    `has ${has} of data; ${size} x ${size} pixels are ${3 * size * size} as RGB or ${4 * size * size} as RGBA`,
  )
}

function kindOf(value: unknown): string {
  if (ArrayBuffer.isView(value)) return 'bytes'
  if (typeof value === 'string') return 'a text, perhaps a path'
  if (isRecord(value) && typeof value.then === 'function') return 'a promise'
  return isRecord(value) ? 'an object without width' : shown(value)
}
