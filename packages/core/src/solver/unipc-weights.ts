import { halfLogSnr } from './half-log-snr.ts'

/** Function by which the lowest orders scale differences: `-h`, or `e^-h - 1`. Higher orders are the same with both. */
export type UnipcScale = 'bh1' | 'bh2'

/**
 * Weights of one UniPC step from grid index `from` to the next:
 * `x_+ = keep x + newest x0(from) + sum_i rest[i] x0(others[i])`.
 *
 * That is `(sigma_+ / sigma) x + g [m_0 + sum_i rho_i (m_i - m_0) / r_i]` with `g = -alpha_+ (e^-h - 1)`,
 * `r_i = (lambda_i - lambda) / h`, and rho from `sum_i rho_i r_i^(k-1) = k! phi_{k+1}(-h) (-h) / (e^-h - 1)`. One further
 * prediction alone has rho 1/2, and with `bh1` the factor `alpha_+ h` in place of `g`.
 *
 * @param others grid indices of further predictions: earlier ones, and for the corrector `from + 1`
 */
export function unipcWeights(
  sigmas: readonly number[],
  from: number,
  others: readonly number[],
  scale: UnipcScale = 'bh2',
): { keep: number; newest: number; rest: number[] } {
  const sigma = sigmas[from]!
  const ahead = sigmas[from + 1]!
  const keep = ahead / sigma
  const gain = 1 - ahead - keep * (1 - sigma)
  const lambda = halfLogSnr(sigma)
  const h = halfLogSnr(ahead) - lambda
  const ratios = others.map((index) => (index === from + 1 ? 1 : (halfLogSnr(sigmas[index]!) - lambda) / h))
  // A prediction at sigma 1 lies infinitely far away and has no weight.
  const finite = ratios.filter(Number.isFinite)
  const single = scale === 'bh1' ? ((1 - ahead) * h) / (2 * gain) : 0.5
  const solved = others.length === 1 ? [single] : solveVandermonde(finite, moments(h, finite.length))
  let next = 0
  const rest = ratios.map((ratio) => (Number.isFinite(ratio) ? (gain * solved[next++]!) / ratio : 0))
  return { keep, newest: gain - rest.reduce((sum, weight) => sum + weight, 0), rest }
}

/** `k! phi_{k+1}(-h) (-h) / (e^-h - 1)`, k = 1 ... count. */
function moments(h: number, count: number): number[] {
  const scale = Math.expm1(-h)
  let phi = scale / -h - 1
  let factorial = 1
  return Array.from({ length: count }, (_, i) => {
    const moment = (phi * factorial) / scale
    factorial *= i + 2
    phi = phi / -h - 1 / factorial
    return moment
  })
}

/** Solves `sum_j rho_j nodes_j^i = rhs_i`, i = 0 ... n - 1 (Bjorck, Pereyra 1970); overwrites and returns `rhs`. */
function solveVandermonde(nodes: readonly number[], rhs: number[]): number[] {
  const n = nodes.length
  for (let k = 0; k < n - 1; k++) {
    for (let i = n - 1; i > k; i--) rhs[i]! -= nodes[k]! * rhs[i - 1]!
  }
  for (let k = n - 2; k >= 0; k--) {
    for (let i = k + 1; i < n; i++) rhs[i]! /= nodes[i]! - nodes[i - k - 1]!
    for (let i = k; i < n - 1; i++) rhs[i]! -= rhs[i + 1]!
  }
  return rhs
}
