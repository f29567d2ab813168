import { invalidArgument, type RgbImage } from '@fastflow/core'
import { checkWhole } from '@fastflow/core/backend'
import { resizeLikePillow } from '@fastflow/proxies'

/** Pixels on a side that a picture is made to fit: 25 megapixels. */
export const MAX_FITTED = 5000

/**
 * The whole picture in the middle of a white square, as models that edit take it: resized as Pillow does with Lanczos, to
 * the same bytes in Node and in browsers.
 *
 * @param image 8 bits a channel, RGB.
 * @param size pixels on a side of the square, 1 to 5,000.
 * @throws FastFlowError `invalid-argument` naming the argument.
 */
export function fitOnWhite(image: RgbImage, size: number): RgbImage {
  checkWhole('size', size, 1, MAX_FITTED)
  if (!(image?.width > 0 && image.height > 0))
    throw invalidArgument('image', 'has no pixels; pass { width, height, data } of a picture')
  const scale = size / Math.max(image.width, image.height)
  const side = (length: number): number => Math.max(1, Math.round(length * scale))
  const fitted = resizeLikePillow(image, side(image.width), side(image.height), 'lanczos')
  const { width, height } = fitted
  if (width === height) return fitted
  const data = new Uint8Array(3 * size * size).fill(255)
  const left = Math.floor((size - width) / 2)
  const top = Math.floor((size - height) / 2)
  for (let y = 0; y < height; y++)
    data.set(fitted.data.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((y + top) * size + left))
  return { width: size, height: size, data }
}
