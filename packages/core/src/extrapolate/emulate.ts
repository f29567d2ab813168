import { checkOneOf } from '../check/values.ts'
import { checkJump } from './check-jump.ts'
import type { Extrapolator } from './extrapolator.ts'
import { lagrangeWeights } from './lagrange.ts'

const names = ['reuse', 'linear', 'quadratic', 'cubic'] as const

/**
 * The jump that equals the Euler steps it replaces, each with the velocity extrapolated to its noise level:
 * `w_a = sum_{k=from}^{to-1} (sigma_{k+1} - sigma_k) L_a(sigma_k)`.
 *
 * Faithful to the baseline's own discretisation. `order` 1 reuses the last velocity, 2 extrapolates
 * linearly (the FastFlow paper, arXiv 2602.11105), 3 quadratically. A step that skips nothing is an Euler step.
 */
export function emulate(order: 1 | 2 | 3 | 4): Extrapolator {
  checkOneOf('order', order, [1, 2, 3, 4])
  const scratch = new Float64Array(order)
  return {
    name: names[order - 1]!,
    depth: order,
    weights(out, nodes, count, sigmas, from, to) {
      checkJump(out, nodes, count, order, sigmas, from, to)
      out.fill(0, 0, count)
      for (let k = from; k < to; k++) {
        const h = sigmas[k + 1]! - sigmas[k]!
        lagrangeWeights(scratch, nodes, count, sigmas[k]!)
        for (let a = 0; a < count; a++) out[a]! += h * scratch[a]!
      }
    },
  }
}
