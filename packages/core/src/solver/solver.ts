import type { Extrapolator } from '../extrapolate/extrapolator.ts'
import type { VectorSpace } from '../space/vector-space.ts'

/** A fixed method that evaluates the velocity at every grid point it visits. */
export type Solver = MultistepSolver | StagedSolver

interface SolverTraits {
  readonly name: string
  /**
   * Order of convergence of the global error on smooth flows. A multistep method begins at order 1 and gains one
   * with each step: an order above 2 needs a grid that begins with short steps.
   */
  readonly order: number
}

/** A method whose step is one combination of the velocities seen. 1 NFE a step. */
export interface MultistepSolver extends SolverTraits {
  readonly rule: Extrapolator
}

/** A method that evaluates more than once a step, or works with past states. */
export interface StagedSolver extends SolverTraits {
  /** Vectors of the size of the state it needs besides the state and the velocity. */
  readonly scratch: number
  /**
   * Takes the step of `stage`. All it remembers lies in `stage.scratch`, so that one solver serves many runs
   * at once.
   *
   * @throws FastFlowError `invalid-argument` naming the part of the stage, for what no run hands to it.
   */
  step<T>(stage: Stage<T>): void | Promise<void>
}

/** One step of a staged solver: from grid index `index` to the next. */
export interface Stage<T> {
  readonly space: VectorSpace<T>
  readonly sigmas: readonly number[]
  readonly index: number
  /** State at `sigmas[index]`; the step leaves the state at `sigmas[index + 1]` here. */
  readonly x: T
  /** Velocity at `x`. Not to be written to. */
  readonly velocity: T
  /** Vectors that keep their contents from step to step; unspecified at index 0. */
  readonly scratch: readonly T[]
  /**
   * Writes the velocity at `x` and `sigmas[index]` to `out`. One more NFE.
   *
   * @returns false when it is not finite: the step must then return at once, and the run ends.
   */
  evaluate(out: T, x: T, index: number): Promise<boolean>
}
