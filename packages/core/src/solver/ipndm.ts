import { checkOneOf } from '../check/values.ts'
import { checkJump } from '../extrapolate/check-jump.ts'
import type { MultistepSolver } from './solver.ts'

// Adams-Bashforth weights of equal steps, newest velocity first, one row an order.
const weightsOfOrder = [
  [1],
  [3 / 2, -1 / 2],
  [23 / 12, -16 / 12, 5 / 12],
  [55 / 24, -59 / 24, 37 / 24, -9 / 24],
] as const

/**
 * iPNDM: the Adams-Bashforth weights of equal steps, whatever the grid: `x + (h / 24) [55 v - 59 v_1 + 37 v_2 - 9 v_3]`
 * for order 4.
 *
 * 1 NFE a step; the first steps run at the order their history allows. Order `order` on uniform grids, where it
 * equals {@link adamsBashforth}. On smoothly graded grids the weights fit the steps only in part, and the order is 2.
 *
 * @throws FastFlowError `invalid-argument` unless `order` is 1, 2, 3 or 4.
 *
 * Reference: Zhang, Chen 2022, Fast Sampling of Diffusion Models with Exponential Integrator (there called iPNDM).
 */
export function ipndm(order: 1 | 2 | 3 | 4 = 4): MultistepSolver {
  checkOneOf('order', order, [1, 2, 3, 4])
  return {
    name: `ipndm${order}`,
    order,
    rule: {
      name: `ipndm${order}`,
      depth: order,
      weights(out, nodes, count, sigmas, from, to) {
        checkJump(out, nodes, count, order, sigmas, from, to)
        if (count === 0) return
        const h = sigmas[to]! - sigmas[from]!
        const row = weightsOfOrder[count - 1]!
        for (let a = 0; a < count; a++) out[a] = h * row[a]!
      },
    },
  }
}
