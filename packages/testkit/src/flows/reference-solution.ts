import type { AnalyticVelocity } from './reals.ts'

export interface ReferenceOptions {
  /** Noise level of `x`; 1 by default. */
  readonly from?: number
  /** Noise level to integrate to; 0 by default. */
  readonly to?: number
  /** Steps of four evaluations each; the error falls with their fourth power. Default 2,000. */
  readonly steps?: number
}

/**
 * The solution of `dx/dsigma = v` by the classic fourth-order Runge-Kutta method in float64, for flows without
 * a closed form. Returns a new vector.
 */
export function referenceSolution(
  velocity: AnalyticVelocity,
  x: ArrayLike<number>,
  { from = 1, to = 0, steps = 2000 }: ReferenceOptions = {},
): Float64Array {
  const state = Float64Array.from(x)
  const at = new Float64Array(state.length)
  const slopes = [0, 1, 2, 3].map(() => new Float64Array(state.length))
  const [k1, k2, k3, k4] = slopes as [Float64Array, Float64Array, Float64Array, Float64Array]
  const h = (to - from) / steps
  const evaluate = (out: Float64Array, sigma: number, base?: Float64Array, scale = 0): void => {
    for (let k = 0; k < state.length; k++) at[k] = state[k]! + (base ? scale * base[k]! : 0)
    velocity(at, sigma, { out })
  }
  for (let step = 0; step < steps; step++) {
    const sigma = from + step * h
    evaluate(k1, sigma)
    evaluate(k2, sigma + h / 2, k1, h / 2)
    evaluate(k3, sigma + h / 2, k2, h / 2)
    evaluate(k4, sigma + h, k3, h)
    for (let k = 0; k < state.length; k++) state[k]! += (h / 6) * (k1[k]! + 2 * k2[k]! + 2 * k3[k]! + k4[k]!)
  }
  return state
}
