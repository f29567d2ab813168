import type { Landing } from './policy.ts'

/** Running result of a calibration run. Plain JSON. */
export interface SkipCalibration {
  /** Numbers in a velocity; 0 until known. */
  readonly elements: number
  /** Largest mean squared error that one of the arms would have made so far. */
  readonly largest: number
}

export const startCalibration: SkipCalibration = { elements: 0, largest: 0 }

/**
 * Scores, at one landing of a full run, every jump that could have ended there: the forecast for it after a skip of m is
 * `(1 + r) v_i - r v_p`, with i = landing - 1 - m, p = i - 1 and `r = (sigma_j - sigma_i) / (sigma_i - sigma_p)`, so
 * its error is a quadratic form of the inner products of the last velocities. No evaluation, no vector arithmetic.
 */
export function calibrate(
  before: SkipCalibration,
  arms: readonly number[],
  landing: Landing,
  sigmas: readonly number[],
): SkipCalibration {
  const products = landing.velocityProducts ?? []
  const elements = before.elements || countElements(landing)
  if (elements === 0) return before
  let { largest } = before
  for (const arm of arms) {
    const from = landing.index - 1 - arm
    if (from < 1 || arm + 2 >= products.length) continue
    const r = (sigmas[landing.index]! - sigmas[from]!) / (sigmas[from]! - sigmas[from - 1]!)
    const error = quadraticForm(products, [0, arm + 1, arm + 2], [1, -1 - r, r])
    largest = Math.max(largest, error / elements)
  }
  return { elements, largest }
}

/**
 * Products are sums, errors are means. At the second evaluation the only forecast is the first velocity, whatever
 * the extrapolator, so that its error is known both ways.
 */
function countElements({ index, mismatch, velocityProducts }: Landing): number {
  if (index !== 1 || !mismatch || velocityProducts === undefined) return 0
  return Math.round(quadraticForm(velocityProducts, [0, 1], [1, -1]) / mismatch)
}

/** `|sum_a c_a v_a|^2` of the velocities of the given ages. */
function quadraticForm(
  products: readonly (readonly number[])[],
  ages: readonly number[],
  coefficients: readonly number[],
): number {
  let sum = 0
  for (const [a, ageA] of ages.entries()) {
    for (const [b, ageB] of ages.entries()) {
      sum += coefficients[a]! * coefficients[b]! * products[ageA]![ageB]!
    }
  }
  return Math.max(0, sum)
}
