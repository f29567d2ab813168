import { checkWhole } from '@fastflow/core/backend'
import { type Picture, rawOf } from './pictures.ts'

/** Pixels on a side. */
const MOST = 2 ** 14

/**
 * The same picture in other pixels, its sides stretched as they must be.
 *
 * @throws FastFlowError `invalid-argument` naming the argument.
 */
export async function resizePicture(image: Picture, width: number, height: number): Promise<Picture> {
  const raw = rawOf('image', image)
  checkWhole('width', width, 1, MOST)
  checkWhole('height', height, 1, MOST)
  if (width === raw.width && height === raw.height) return image
  const { default: sharp } = await import('sharp')
  const pixels = sharp(image.data, { raw }).resize(width, height, { fit: 'fill' }).raw()
  return { width, height, data: new Uint8Array(await pixels.toBuffer()) }
}
