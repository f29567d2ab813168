import { invalidArgument, type QualityProxy, type RgbImage } from '@fastflow/core'
import { fullReferenceProxy } from './full-reference.ts'
import { checkPair } from './image-pair.ts'
import { meanOf, structure, WINDOW } from './structure.ts'

/** Exponents of the scales, from the full size down, as Wang et al. measured them. */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]
const LEAST_SIDE = (WINDOW - 1) * 2 ** (WEIGHTS.length - 1) + 1

/**
 * Multi-scale structural similarity of two 8-bit RGB images: SSIM's contrast factor at five scales, its whole at the coarsest.
 *
 * `prod_{j<5} max(0, cs_j)^w_j * max(0, ssim_5)^w_5` in each channel, then the mean; every scale is the 2 x 2 mean of the
 * one before (odd sides are padded with 0 on both ends). In [0, 1], 1 for identical images; symmetric; float64.
 * Equals `pytorch_msssim.ms_ssim(data_range=255)` to 1e-4, which computes in float32.
 *
 * About 1.4 times the cost of `ssim`.
 *
 * @throws FastFlowError `invalid-argument` for images under 161 pixels, data that do not fit, or sizes that differ.
 *
 * Wang, Simoncelli, Bovik, "Multiscale structural similarity for image quality assessment", Asilomar 2003.
 */
export function msSsim(image: RgbImage, reference: RgbImage): number {
  checkPair(image, reference)
  checkScalesFit(image)
  let { width, height } = image
  let a: Float64Array = Float64Array.from(image.data)
  let b: Float64Array = Float64Array.from(reference.data)
  const products = new Float64Array(3).fill(1)
  for (const [scale, weight] of WEIGHTS.entries()) {
    const { similarity, contrast } = structure(a, b, width, height)
    const last = scale === WEIGHTS.length - 1
    const terms = last ? similarity : contrast
    for (let c = 0; c < 3; c++) products[c] = products[c]! * Math.max(0, terms[c]!) ** weight
    if (last) break
    a = halve(a, width, height)
    b = halve(b, width, height)
    width = Math.ceil(width / 2)
    height = Math.ceil(height / 2)
  }
  return meanOf(products)
}

/** {@link msSsim} to the full-compute image as a quality proxy: higher is better. Images of at least 161 x 161. */
export function msSsimProxy(): QualityProxy {
  return fullReferenceProxy(
    { name: 'ms-ssim', version: 'ms-ssim/1', direction: 'higher-is-better', range: [0, 1] },
    msSsim,
  )
}

/** Means of 2 x 2 pixels; what lies outside counts as 0. */
function halve(data: Float64Array, width: number, height: number): Float64Array {
  const columns = Math.ceil(width / 2)
  const rows = Math.ceil(height / 2)
  const out = new Float64Array(3 * columns * rows)
  const at = (x: number, y: number, c: number): number =>
    x < 0 || y < 0 ? 0 : data[3 * (y * width + x) + c]!
  for (let j = 0; j < rows; j++) {
    const y = 2 * j - (height % 2)
    for (let i = 0; i < columns; i++) {
      const x = 2 * i - (width % 2)
      for (let c = 0; c < 3; c++) {
        const sum = at(x, y, c) + at(x + 1, y, c) + at(x, y + 1, c) + at(x + 1, y + 1, c)
        out[3 * (j * columns + i) + c] = sum / 4
      }
    }
  }
  return out
}

function checkScalesFit(image: RgbImage): void {
  for (const side of ['width', 'height'] as const) {
    if (image[side] >= LEAST_SIDE) continue
    const problem = `is ${image[side]}, five scales of SSIM's window need ${LEAST_SIDE}`
    throw invalidArgument(`image.${side}`, `${problem}; enlarge both images, or use ssim`)
  }
}
