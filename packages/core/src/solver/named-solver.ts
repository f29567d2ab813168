import { euler } from './euler.ts'
import type { Solver } from './solver.ts'

/** How plans and recorded runs name their solver: not at all where it is Euler, as those do that know no other. */
export function namedSolver(solver: Solver | undefined): { readonly solver?: string } {
  return solver === undefined || solver.name === euler().name ? {} : { solver: solver.name }
}
