import type { Extrapolator } from '@fastflow/core'
import { checkJump } from '@fastflow/core/backend'

/**
 * Euler steps with the cached residual `v_i - x_i` added to the state: `v_hat_j = v_i + (x_j - x_i)`.
 *
 * `x_{j+1} = x_j + h_j v_hat_j` gives `x_j = x_i + c v_i` with `1 + c = prod_k (1 + h_k)`.
 */
export function reuseResidual(): Extrapolator {
  return {
    name: 'reuse-residual',
    depth: 1,
    weights(out, nodes, count, sigmas, from, to) {
      checkJump(out, nodes, count, 1, sigmas, from, to)
      if (count === 0) return
      let product = 1
      for (let k = from; k < to; k++) product *= 1 + sigmas[k + 1]! - sigmas[k]!
      out[0] = product - 1
    },
  }
}
