import type { Extrapolator } from '../extrapolate/extrapolator.ts'

/** A fixed method that evaluates the velocity at every grid point it visits. */
export interface Solver {
  readonly name: string
  /** Order of convergence of the global error. */
  readonly order: number
  /** Its step as weights of the velocities seen. */
  readonly rule: Extrapolator
}
