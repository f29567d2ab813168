import { checkWhole } from '../check/values.ts'
import type { Extrapolator } from '../extrapolate/extrapolator.ts'
import { lagrangeWeights } from '../extrapolate/lagrange.ts'
import { baselineMatrix } from './baseline-matrix.ts'
import { checkSolver } from './check-solver.ts'
import type { Solver } from './solver.ts'

/**
 * The jump that equals the steps of a solver it replaces: `w = (B_to - B_from) v` with every velocity that was evaluated as
 * it is and each of the others read off the line through the two nearest. A run that skips nothing is the solver's own, as
 * far as `depth` velocities tell.
 *
 * Of {@link euler} it is `emulate(2)`. On each grid it reads the solver's weights off one symbolic run.
 *
 * @param depth velocities it uses, at least 1. Default 4: what solvers take from older ones is little.
 * @throws FastFlowError `invalid-argument`, and when a run begins for a solver that evaluates more than once a step.
 */
export function emulateSolver(solver: Solver, depth: number = 4): Extrapolator {
  checkSolver('solver', solver)
  checkWhole('depth', depth, 1)
  const line = new Float64Array(2)
  const ends = new Float64Array(2)
  let grid: readonly number[] = []
  let matrix: Float64Array = new Float64Array(0)
  return {
    name: `emulate-${solver.name}`,
    depth,
    weights(out, nodes, count, sigmas, from, to) {
      if (sigmas !== grid) [grid, matrix] = [sigmas, baselineMatrix(solver, sigmas)]
      const numSteps = sigmas.length - 1
      out.fill(0, 0, count)
      let newer = Math.max(0, count - 2)
      for (let k = 0; k < to; k++) {
        while (newer > 0 && nodes[newer]! > sigmas[k]!) newer--
        const weight = matrix[to * numSteps + k]! - matrix[from * numSteps + k]!
        if (weight === 0) continue
        const used = Math.min(2, count)
        for (let a = 0; a < used; a++) ends[a] = nodes[newer + a]!
        lagrangeWeights(line, ends, used, sigmas[k]!)
        for (let a = 0; a < used; a++) out[newer + a]! += weight * line[a]!
      }
    },
  }
}
