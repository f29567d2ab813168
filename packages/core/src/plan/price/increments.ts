import { lagrangeWeights } from '../../extrapolate/lagrange.ts'

/** Which solution a plan is to reproduce. */
export type PlanTarget = 'baseline' | 'exact'

/**
 * The change of the teacher's state over each grid step as a combination of its velocities:
 * `x_{k+1} - x_k = sum_a rows[k][a] v_{first + a}`.
 *
 * Baseline: Euler, `h_k v_k`. Exact: the cubic through the four nearest grid velocities, integrated (error O(h^5));
 * it serves planning alone, fits use the states themselves.
 */
export interface Increments {
  readonly numSteps: number
  /** T x T, row-major; row k holds the weights of step k. */
  readonly matrix: Float64Array
}

const gaussNodes = [0.5 - Math.sqrt(3) / 6, 0.5 + Math.sqrt(3) / 6] as const

export function incrementsOf(sigmas: readonly number[], target: PlanTarget): Increments {
  const numSteps = sigmas.length - 1
  const matrix = new Float64Array(numSteps * numSteps)
  for (let k = 0; k < numSteps; k++) {
    const h = sigmas[k + 1]! - sigmas[k]!
    if (target === 'baseline') matrix[k * numSteps + k] = h
    else integrateCubic(matrix, sigmas, k, numSteps)
  }
  return { numSteps, matrix }
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
