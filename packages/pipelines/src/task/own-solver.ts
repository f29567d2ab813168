import type { Solver } from '@fastflow/core'

/** A solver that has to be told; undefined for Euler's method, which the sampler uses of itself. */
export function ownSolver(solver: Solver): Solver | undefined {
  return solver.name === 'euler' ? undefined : solver
}
