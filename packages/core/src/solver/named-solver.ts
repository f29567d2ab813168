import { euler } from './euler.ts'
import type { Solver } from './solver.ts'

/** How plans and recorded runs name their solver: not at all where it is Euler, as those do that know no other. */
export function namedSolver(solver: Solver | undefined): { readonly solver?: string } {
  return solver === undefined || isEuler(solver.name) ? {} : { solver: solver.name }
}

/** Whether this is the solver of plans that name none. */
export function isEuler(name: string): boolean {
  return name === euler().name
}
