import type { RgbImage } from '@fastflow/core'
import { checkImage } from './image-pair.ts'

/** Shares of red, green and blue in luma, ITU-R BT.601. */
const shares = [0.299, 0.587, 0.114] as const

/**
 * RMS contrast of an image: standard deviation of its luma over all pixels, in [0, 0.5]; 0 for a flat one.
 *
 * Needs no reference and no network. Beside the same figure of another image of the same thing it tells which of the two is
 * paler, which PSNR does not: an error that takes contrast and one that adds noise are alike to it.
 *
 * @throws FastFlowError `invalid-argument` for an empty image or data that do not fit.
 *
 * Peli, "Contrast in complex images", JOSA A 7(10), 1990.
 */
export function rmsContrast(image: RgbImage): number {
  checkImage('image', image)
  const { data } = image
  let sum = 0
  let squares = 0
  for (let i = 0; i < data.length; i += 3) {
    const luma = shares[0] * data[i]! + shares[1] * data[i + 1]! + shares[2] * data[i + 2]!
    sum += luma
    squares += luma * luma
  }
  const mean = sum / (data.length / 3)
  return Math.sqrt(Math.max(0, squares / (data.length / 3) - mean * mean)) / 255
}
