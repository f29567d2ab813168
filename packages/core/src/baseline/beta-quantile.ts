/** Both parameters of the distribution, from "Beta Sampling is All You Need" (arXiv 2407.12173). */
const SHAPE = 0.6

/**
 * The `p`-quantile of the Beta(0.6, 0.6) distribution, p from 0 to 1, to about 1e-15.
 *
 * With equal parameters it is symmetric, `q(1 - p) = 1 - q(p)`, and half of the integral lies below 1/2: no gamma function
 * is needed. Newton's method in `u = x^0.6`, in which the integral is nearly linear; it is convex, so that the iterates
 * come down on the root from above.
 */
export function betaQuantile(p: number): number {
  if (p > 0.5) return 1 - betaQuantile(1 - p)
  const wanted = 2 * p * integralTo(0.5)
  const most = 0.5 ** SHAPE
  let u = Math.min(most, SHAPE * wanted)
  for (let round = 0; round < 20; round++) {
    const x = u ** (1 / SHAPE)
    const slope = (1 - x) ** (SHAPE - 1) / SHAPE
    const next = Math.min(most, u - (integralTo(x) - wanted) / slope)
    if (Math.abs(next - u) <= 1e-16) break
    u = next
  }
  return u ** (1 / SHAPE)
}

/** `int_0^x t^-0.4 (1 - t)^-0.4 dt` for x up to 1/2, as a power series: each term is less than half of the one before. */
function integralTo(x: number): number {
  let term = x ** SHAPE
  let sum = term / SHAPE
  for (let n = 1; n < 60; n++) {
    term *= (x * (n - SHAPE)) / n
    sum += term / (n + SHAPE)
  }
  return sum
}
