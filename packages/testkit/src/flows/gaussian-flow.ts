import type { AnalyticVelocity, Reals } from './reals.ts'

export interface GaussianFlowOptions {
  /** Mean of the data, one number an element; shorter than the state, it repeats. */
  readonly mean: readonly number[]
  /** Standard deviation of the data, above 0. */
  readonly std: number
}

export interface GaussianFlow {
  readonly velocity: AnalyticVelocity
  /** Exact state at noise level `sigma` of the path that is at `x` at sigma 1. A new vector. */
  solution<T extends Reals>(x: T, sigma?: number): T
}

/**
 * The flow from N(0, 1) noise to N(mean, std^2) data, everything in closed form.
 *
 * `x_sigma ~ N((1 - sigma) mean, s^2)` with `s^2 = (1 - sigma)^2 std^2 + sigma^2`, so
 * `v = -mean + (s' / s) (x - (1 - sigma) mean)` and the paths are `x_sigma = (1 - sigma) mean + s x_1`.
 */
export function gaussianFlow({ mean, std }: GaussianFlowOptions): GaussianFlow {
  const at = (k: number): number => mean[k % mean.length]!
  return {
    velocity(x, sigma, { out }) {
      const left = 1 - sigma
      const rate = (sigma - left * std * std) / (left * left * std * std + sigma * sigma)
      for (let k = 0; k < x.length; k++) out[k] = rate * (x[k]! - left * at(k)) - at(k)
      return out
    },
    solution(x, sigma = 0) {
      const scale = Math.hypot((1 - sigma) * std, sigma)
      const result = x.slice() as typeof x
      for (let k = 0; k < x.length; k++) result[k] = (1 - sigma) * at(k) + scale * x[k]!
      return result
    },
  }
}
