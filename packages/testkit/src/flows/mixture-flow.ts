import type { AnalyticVelocity } from './reals.ts'

export interface MixtureFlowOptions {
  /** Share of each component, positive; normalised here. */
  readonly weights: readonly number[]
  /** Centre of each component, all of the state's length. */
  readonly means: readonly (readonly number[])[]
  /** Standard deviation of every component, above 0. */
  readonly std: number
}

/**
 * Velocity of the flow from N(0, 1) noise to a mixture of Gaussians, in closed form.
 *
 * `v = E[eps - x0 | x] = sum_i r_i (rate (x - (1 - sigma) mean_i) - mean_i)` with the responsibilities
 * `r_i ~ weight_i exp(-|x - (1 - sigma) mean_i|^2 / 2 s^2)`, `s^2 = (1 - sigma)^2 std^2 + sigma^2` and
 * `rate = s' / s`. Exponents are shifted by the largest one, so that far from all components nothing underflows.
 * Paths have no closed form: integrate them with {@link referenceSolution}.
 */
export function mixtureFlow({ weights, means, std }: MixtureFlowOptions): {
  readonly velocity: AnalyticVelocity
} {
  const share = new Float64Array(means.length)
  return {
    velocity(x, sigma, { out }) {
      const left = 1 - sigma
      const variance = left * left * std * std + sigma * sigma
      const rate = (sigma - left * std * std) / variance
      let largest = -Infinity
      for (let i = 0; i < means.length; i++) {
        share[i] = Math.log(weights[i]!) - squaredDistance(x, means[i]!, left) / (2 * variance)
        largest = Math.max(largest, share[i]!)
      }
      let total = 0
      for (let i = 0; i < means.length; i++) {
        share[i] = Math.exp(share[i]! - largest)
        total += share[i]!
      }
      for (let k = 0; k < x.length; k++) {
        let mean = 0
        for (let i = 0; i < means.length; i++) mean += (share[i]! / total) * means[i]![k]!
        out[k] = rate * (x[k]! - left * mean) - mean
      }
      return out
    },
  }
}

function squaredDistance(x: ArrayLike<number>, mean: readonly number[], scale: number): number {
  let sum = 0
  for (let k = 0; k < x.length; k++) sum += (x[k]! - scale * mean[k]!) ** 2
  return sum
}
