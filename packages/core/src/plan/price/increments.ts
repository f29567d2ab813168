import { lagrangeWeights } from '../../extrapolate/lagrange.ts'
import { baselineMatrix } from '../../solver/baseline-matrix.ts'
import { euler } from '../../solver/euler.ts'
import type { Solver } from '../../solver/solver.ts'

/** Which solution a plan is to reproduce. */
export type PlanTarget = 'baseline' | 'exact'

/**
 * The change of the teacher's state over each grid step as a combination of its velocities:
 * `x_{k+1} - x_k = sum_a rows[k][a] v_{first + a}`.
 *
 * Baseline: what the solver makes of them, see {@link baselineMatrix}; of Euler `h_k v_k`. Exact: the cubic through the four
 * nearest grid velocities, integrated (error O(h^5)); it serves planning alone, fits use the states themselves.
 */
export interface Increments {
  readonly numSteps: number
  /** T x T, row-major; row k holds the weights of step k. */
  readonly matrix: Float64Array
  /**
   * Entry k: what the velocities weigh together in the steps before grid index k, and the same with each weight times its
   * sigma. A linear forecast of all velocities of a jump sums up to differences of these. Exact: those of Euler.
   */
  readonly moments: readonly [Float64Array, Float64Array]
}

const gaussNodes = [0.5 - Math.sqrt(3) / 6, 0.5 + Math.sqrt(3) / 6] as const

/**
 * @param solver of the baseline; Euler when omitted.
 * @throws FastFlowError `invalid-argument` for a solver that evaluates more than once a step.
 */
export function incrementsOf(
  sigmas: readonly number[],
  target: PlanTarget,
  solver: Solver = euler(),
): Increments {
  const numSteps = sigmas.length - 1
  if (target === 'baseline') {
    const matrix = stepsOf(baselineMatrix(solver, sigmas), numSteps)
    return { numSteps, matrix, moments: momentsOf(matrix, sigmas) }
  }
  const { moments } = incrementsOf(sigmas, 'baseline')
  const matrix = new Float64Array(numSteps * numSteps)
  for (let k = 0; k < numSteps; k++) integrateCubic(matrix, sigmas, k, numSteps)
  return { numSteps, matrix, moments }
}

/** Differences of neighbouring rows. */
function stepsOf(states: Float64Array, numSteps: number): Float64Array {
  return Float64Array.from({ length: numSteps * numSteps }, (_, at) => states[at + numSteps]! - states[at]!)
}

function momentsOf(matrix: Float64Array, sigmas: readonly number[]): readonly [Float64Array, Float64Array] {
  const numSteps = sigmas.length - 1
  const zeroth = new Float64Array(numSteps + 1)
  const first = new Float64Array(numSteps + 1)
  for (let k = 0; k < numSteps; k++) {
    const row = matrix.subarray(k * numSteps, (k + 1) * numSteps)
    zeroth[k + 1] = zeroth[k]! + row.reduce((sum, weight) => sum + weight, 0)
    first[k + 1] = first[k]! + row.reduce((sum, weight, a) => sum + weight * sigmas[a]!, 0)
  }
  return [zeroth, first]
}

function integrateCubic(
  matrix: Float64Array,
  sigmas: readonly number[],
  step: number,
  numSteps: number,
): void {
  const count = Math.min(4, numSteps)
  const first = Math.max(0, Math.min(step - 1, numSteps - count))
  const nodes = sigmas.slice(first, first + count)
  const weights = new Float64Array(count)
  const h = sigmas[step + 1]! - sigmas[step]!
  for (const node of gaussNodes) {
    lagrangeWeights(weights, nodes, count, sigmas[step]! + node * h)
    for (let a = 0; a < count; a++) matrix[step * numSteps + first + a]! += (h / 2) * weights[a]!
  }
}
