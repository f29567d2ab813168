import { checkOneOf } from '../check/values.ts'
import { checkJump } from './check-jump.ts'
import type { Extrapolator } from './extrapolator.ts'
import { lagrangeWeights } from './lagrange.ts'

// Gauss-Legendre nodes and weights on [0, 1], two points: exact up to cubic integrands, all that order <= 4 needs.
const gaussNodes = [0.5 - Math.sqrt(3) / 6, 0.5 + Math.sqrt(3) / 6] as const

/**
 * The jump along the polynomial through the last `order` velocities, integrated exactly:
 * `w_a = int_{sigma_from}^{sigma_to} L_a(sigma) dsigma`. This is the variable-step Adams-Bashforth method.
 *
 * Approximates the exact solution rather than the baseline's Euler steps.
 */
export function integrate(order: 1 | 2 | 3 | 4): Extrapolator {
  checkOneOf('order', order, [1, 2, 3, 4])
  const scratch = new Float64Array(order)
  return {
    name: `integrate-${order}`,
    depth: order,
    weights(out, nodes, count, sigmas, from, to) {
      checkJump(out, nodes, count, order, sigmas, from, to)
      const start = sigmas[from]!
      const h = sigmas[to]! - start
      out.fill(0, 0, count)
      for (const node of gaussNodes) {
        lagrangeWeights(scratch, nodes, count, start + node * h)
        for (let a = 0; a < count; a++) out[a]! += (h / 2) * scratch[a]!
      }
    },
  }
}
