/** Side of the window. */
export const WINDOW = 11
const SIGMA = 1.5
const CHANNELS = 3
const C1 = (0.01 * 255) ** 2
const C2 = (0.03 * 255) ** 2

/** Interleaved RGB in [0, 255]. */
type Samples = Uint8Array | Float64Array

/** Means over all windows, one for each channel. */
export interface Structure {
  /** Of SSIM. */
  readonly similarity: Float64Array
  /** Of its factor of contrast and structure, which leaves the means of the windows out. */
  readonly contrast: Float64Array
}

/** SSIM and its contrast factor under a Gaussian window, over the windows that lie inside the image; see `ssim`. */
export function structure(a: Samples, b: Samples, width: number, height: number): Structure {
  const weights = gaussianWeights()
  const moments = allocateMoments(CHANNELS * width)
  const rows = height - WINDOW + 1
  const columns = width - WINDOW + 1
  const sums = { similarity: new Float64Array(CHANNELS), contrast: new Float64Array(CHANNELS) }
  for (let row = 0; row < rows; row++) {
    blurDown(moments, a, b, row, weights)
    addAcross(moments, columns, weights, sums)
  }
  const share = (sum: number): number => sum / (rows * columns)
  return { similarity: sums.similarity.map(share), contrast: sums.contrast.map(share) }
}

/** Mean over channels. */
export function meanOf(channels: Float64Array): number {
  return channels.reduce((sum, value) => sum + value, 0) / channels.length
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
  a: Samples,
  b: Samples,
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

/** The horizontal half; adds the row's values to the sums of their channels. */
function addAcross(moments: Moments, columns: number, weights: Float64Array, sums: Structure): void {
  const { x, y, squares, product } = moments
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
    const contrast = (2 * (cross - means) + C2) / (square - meanSquares + C2)
    const c = i % CHANNELS
    sums.contrast[c] = sums.contrast[c]! + contrast
    sums.similarity[c] = sums.similarity[c]! + (contrast * (2 * means + C1)) / (meanSquares + C1)
  }
}
