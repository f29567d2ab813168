import { invalidArgument, type QualityProxy, type RgbImage } from '@fastflow/core'
import { fullReferenceProxy } from './full-reference.ts'
import { checkPair } from './image-pair.ts'

const WINDOW = 11
const SIGMA = 1.5
const CHANNELS = 3
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

/**
 * Structural similarity of two 8-bit RGB images: local means, contrasts and correlation.
 *
 * `SSIM = (2 ux uy + C1)(2 sxy + C2) / ((ux^2 + uy^2 + C1)(sx^2 + sy^2 + C2))`, the means `u`, variances
 * `s^2` and covariance under a Gaussian window of 11 x 11 (sigma 1.5), `C1 = (0.01 * 255)^2`,
 * `C2 = (0.03 * 255)^2`; averaged over every window that lies inside the image, and over the channels.
 * In [-1, 1], exactly 1 for identical images, exactly symmetric; float64 throughout.
 * Equals scikit-image's `structural_similarity(gaussian_weights=True, sigma=1.5,
 * use_sample_covariance=False, data_range=255, channel_axis=-1)` to 1e-12.
 *
 * Costs about 90 multiply-adds a number (separable window) and four rows of scratch memory.
 * It is not shift-invariant, and on flat regions noise of a few levels lowers it a lot.
 *
 * @throws FastFlowError `invalid-argument` for images under 11 pixels, data that do not fit, or sizes that differ.
 *
 * Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
 * similarity", IEEE TIP 13(4), 2004.
 */
export function ssim(image: RgbImage, reference: RgbImage): number {
  checkPair(image, reference)
  checkWindowFits(image)
  const { width, height } = image
  const weights = gaussianWeights()
  const moments = allocateMoments(CHANNELS * width)
  const rows = height - WINDOW + 1
  const columns = width - WINDOW + 1
  let sum = 0
  for (let row = 0; row < rows; row++) {
    blurDown(moments, image.data, reference.data, row, weights)
    sum += sumAcross(moments, columns, weights)
  }
  return sum / (rows * columns * CHANNELS)
}

/** {@link ssim} to the full-compute image as a quality proxy: higher is better. Images of at least 11 x 11. */
export function ssimProxy(): QualityProxy {
  return fullReferenceProxy(
    { name: 'ssim', version: 'ssim/1', direction: 'higher-is-better', range: [-1, 1] },
    ssim,
  )
}

/** Window-weighted sums for one row of windows, RGB interleaved like the images. */
interface Moments {
  readonly x: Float64Array
  readonly y: Float64Array
  /** Of `x^2 + y^2`: only the sum of the two variances is ever needed. */
  readonly squares: Float64Array
  readonly product: Float64Array
}

function allocateMoments(length: number): Moments {
  const row = (): Float64Array => new Float64Array(length)
  return { x: row(), y: row(), squares: row(), product: row() }
}

function checkWindowFits(image: RgbImage): void {
  for (const side of ['width', 'height'] as const) {
    if (image[side] < WINDOW) {
      throw invalidArgument(
        `image.${side}`,
        `is ${image[side]}, SSIM's window needs ${WINDOW}; enlarge both images to ${WINDOW} x ${WINDOW} or more, or use psnr`,
      )
    }
  }
}

function gaussianWeights(): Float64Array {
  const centre = (WINDOW - 1) / 2
  const weights = Float64Array.from({ length: WINDOW }, (_, i) =>
    Math.exp(-0.5 * ((i - centre) / SIGMA) ** 2),
  )
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => weight / total)
}

/** The vertical half of the window, for the image rows from `top`. */
function blurDown(
  { x, y, squares, product }: Moments,
  a: Uint8Array,
  b: Uint8Array,
  top: number,
  weights: Float64Array,
): void {
  const length = x.length
  for (const moment of [x, y, squares, product]) moment.fill(0)
  for (let k = 0; k < WINDOW; k++) {
    const weight = weights[k]!
    const start = (top + k) * length
    for (let i = 0; i < length; i++) {
      const p = a[start + i]!
      const q = b[start + i]!
      x[i] = x[i]! + weight * p
      y[i] = y[i]! + weight * q
      squares[i] = squares[i]! + weight * (p * p + q * q)
      product[i] = product[i]! + weight * (p * q)
    }
  }
}

/** The horizontal half, and the sum of the row's SSIM values over windows and channels. */
function sumAcross({ x, y, squares, product }: Moments, columns: number, weights: Float64Array): number {
  let sum = 0
  for (let i = 0; i < columns * CHANNELS; i++) {
    let ux = 0
    let uy = 0
    let square = 0
    let cross = 0
    for (let k = 0; k < WINDOW; k++) {
      const weight = weights[k]!
      const j = i + k * CHANNELS
      ux += weight * x[j]!
      uy += weight * y[j]!
      square += weight * squares[j]!
      cross += weight * product[j]!
    }
    const means = ux * uy
    const meanSquares = ux * ux + uy * uy
    sum +=
      ((2 * means + C1) * (2 * (cross - means) + C2)) / ((meanSquares + C1) * (square - meanSquares + C2))
  }
  return sum
}
