import { halfLogSnr } from './half-log-snr.ts'

/** How the second-order step weighs the slope of the predictions: by half the gain, or by its exact integral. */
export type DpmSlope = 'midpoint' | 'heun'

/**
 * Weights of one step of DPM-Solver++ to `ahead` from the newest of `past`:
 * `x_+ = (ahead / past_0) x + sum_i weights_i x0_i`, where `past` holds the sigmas of the last predictions, newest first.
 *
 * With `g = -alpha_+ (e^-h - 1)`: `g` alone for one prediction. Two and three add the divided differences of the predictions
 * in lambda, times `g / 2` (`midpoint`) or `alpha_+ ((e^-h - 1) / h + 1)`, and for the second differences
 * `-alpha_+ ((e^-h - 1 + h) / h^2 - 1/2)`.
 */
export function dpmWeights(past: readonly number[], ahead: number, slope: DpmSlope): number[] {
  const sigma = past[0]!
  // -alpha_+ (e^-h - 1), with e^-h written out so that sigma 1 and 0 need no special case.
  const gain = 1 - ahead - (ahead * (1 - sigma)) / sigma
  if (past.length === 1) return [gain]
  const lambdas = past.map(halfLogSnr)
  const h = halfLogSnr(ahead) - lambdas[0]!
  const decay = Math.expm1(-h)
  const first = (1 - ahead) * (decay / h + 1)
  // A prediction at sigma 1 lies infinitely far away; its difference has no weight.
  const near = h / (lambdas[0]! - lambdas[1]!)
  if (past.length === 2) {
    const weight = (slope === 'midpoint' ? gain / 2 : first) * near
    return [gain + weight, -weight]
  }
  const second = -(1 - ahead) * ((decay + h) / h ** 2 - 0.5)
  const span = (lambdas[0]! - lambdas[2]!) / h
  const share = 1 / (near * span)
  const newer = (first * (1 + share) + second / span) * near
  const older = ((first * share + second / span) * h) / (lambdas[1]! - lambdas[2]!)
  return [gain + newer, -newer - older, older]
}
