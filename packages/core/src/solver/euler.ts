import { integrate } from '../extrapolate/integrate.ts'
import type { MultistepSolver } from './solver.ts'

/** Euler: `x + h v`. Order 1, 1 NFE a step. */
export function euler(): MultistepSolver {
  return { name: 'euler', order: 1, rule: integrate(1) }
}
