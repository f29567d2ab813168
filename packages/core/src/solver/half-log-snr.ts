/**
 * `lambda = ln(alpha / sigma)` with `alpha = 1 - sigma`: half the logarithm of the signal-to-noise ratio, the
 * variable in which exponential integrators step. -infinity at sigma 1, infinity at sigma 0.
 */
export function halfLogSnr(sigma: number): number {
  return Math.log1p(-sigma) - Math.log(sigma)
}
