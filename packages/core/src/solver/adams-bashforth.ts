import { checkOneOf } from '../check/values.ts'
import { integrate } from '../extrapolate/integrate.ts'
import type { MultistepSolver } from './solver.ts'

/**
 * Adams-Bashforth with variable steps: `x + int of the polynomial through the last velocities`.
 *
 * For order 2 that is `x + h [v + (h / 2a)(v - v_1)]`, `a = sigma - sigma_1`. 1 NFE a step; the first
 * steps run at the order their history allows.
 *
 * @throws FastFlowError `invalid-argument` unless `order` is 2, 3 or 4.
 *
 * Reference: Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section III.5.
 */
export function adamsBashforth(order: 2 | 3 | 4): MultistepSolver {
  checkOneOf('order', order, [2, 3, 4])
  return { name: `ab${order}`, order, rule: integrate(order) }
}
