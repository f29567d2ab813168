import { invalidArgument, type QualityProxy, type RgbImage } from '@fastflow/core'
import { isSequence, shown } from '@fastflow/core/backend'
import { fullReferenceProxy } from './full-reference.ts'
import { checkPair } from './image-pair.ts'

/**
 * The PSNR, in dB, of identical images: the mathematical value is infinite, which neither JSON nor a
 * mean survives. Larger values are cut to it (at 8 bits, one level in one of more than 150,000 numbers).
 */
export const PSNR_CAP = 100

/**
 * Peak signal-to-noise ratio of a mean squared error that is known already.
 *
 * `10 log10(range^2 / meanSquaredError)` dB, at most {@link PSNR_CAP}. `range` is the largest less the
 * least value the data can take: 255 for bytes, 2 for [-1, 1]. Negative when the error exceeds the range.
 *
 * @throws FastFlowError `invalid-argument` for a negative or non-finite error, or a range that is not positive.
 */
export function psnrOfError(meanSquaredError: number, range: number): number {
  if (!(typeof meanSquaredError === 'number' && meanSquaredError >= 0 && meanSquaredError < Infinity)) {
    throw invalidArgument('meanSquaredError', `must be finite and at least 0, got ${shown(meanSquaredError)}`)
  }
  if (!(typeof range === 'number' && range > 0 && range < Infinity)) {
    throw invalidArgument(
      'range',
      `must be finite and above 0 (255 for bytes, 2 for [-1, 1]), got ${shown(range)}`,
    )
  }
  return Math.min(PSNR_CAP, 10 * Math.log10((range * range) / meanSquaredError))
}

/**
 * Peak signal-to-noise ratio of two 8-bit RGB images, over all pixels and channels at once.
 *
 * `10 log10(255^2 / mean (image - reference)^2)` dB, in [0, {@link PSNR_CAP}]; identical images give the
 * cap. Symmetric. The squared error is summed in integers, so it is exact.
 * It sees numbers alone: a shift by one pixel costs more than a blur the eye minds.
 *
 * @throws FastFlowError `invalid-argument` for empty images, data that do not fit, or sizes that differ.
 */
export function psnr(image: RgbImage, reference: RgbImage): number {
  checkPair(image, reference)
  return psnrOfError(meanSquaredDifference(image.data, reference.data), 255)
}

/**
 * Peak signal-to-noise ratio of latents or float images whose values span `range` (2 for [-1, 1]).
 *
 * As {@link psnr}; accumulates in float64. Values outside the span are taken as they are, so the
 * result may be negative.
 *
 * @throws FastFlowError `invalid-argument` for empty arrays, lengths that differ, NaN or infinite values,
 *   or a range that is not positive.
 */
export function psnrOfFloats(values: Float32Array, reference: Float32Array, range: number): number {
  for (const [field, array] of Object.entries({ values, reference }))
    if (!isSequence(array)) throw invalidArgument(field, `${shown(array)} is not a Float32Array`)
  if (values.length === 0) throw invalidArgument('values', 'is empty; pass at least one number')
  if (values.length !== reference.length) {
    throw invalidArgument('reference', `holds ${reference.length} numbers, values holds ${values.length}`)
  }
  const error = meanSquaredDifference(values, reference)
  // A float32 difference cannot overflow float64 when squared: only NaN or Infinity gets here.
  if (!Number.isFinite(error)) {
    const field = values.every(Number.isFinite) ? 'reference' : 'values'
    throw invalidArgument(field, 'holds NaN or Infinity; a diverged sample has no PSNR, leave it out')
  }
  return psnrOfError(error, range)
}

/** {@link psnr} to the full-compute image as a quality proxy: dB, higher is better. */
export function psnrProxy(): QualityProxy {
  return fullReferenceProxy(
    { name: 'psnr', version: 'psnr/1', direction: 'higher-is-better', range: [0, PSNR_CAP] },
    psnr,
  )
}

function meanSquaredDifference<T extends Uint8Array | Float32Array>(a: T, b: T): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!
    sum += difference * difference
  }
  return sum / a.length
}
