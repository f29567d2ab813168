import { invalidArgument } from '../errors.ts'
import type { VectorSpace } from '../space/vector-space.ts'
import type { MultistepSolver, Solver, StagedSolver } from './solver.ts'

/**
 * The states a solver evaluates the velocity at, as combinations of the velocities it has seen:
 * `x_k = x_0 + sum_{j<k} B_kj v_j`, k = 0 ... T; the last row is the result.
 *
 * Solvers are linear in the state and the velocities and leave the state where the velocity is zero, so that B says all
 * there is to one, whatever the model. It is read off one run on unit velocities. Euler has `B_kj = h_j`. A corrector is in
 * it too: the state it corrects is not the one that the network saw.
 *
 * @returns (T + 1) x T numbers, row-major, those of entries j >= k zero.
 * @throws FastFlowError `invalid-argument` for a solver that evaluates more than once a step, or changes the state where
 *   the velocity is zero.
 */
export function baselineMatrix(solver: Solver, sigmas: readonly number[]): Float64Array {
  const numSteps = sigmas.length - 1
  // Weights of the velocities, and at the end that of the first state.
  const unit = (at: number): Float64Array => new Float64Array(numSteps + 1).fill(1, at, at + 1)
  const x = unit(numSteps)
  const stepTo = 'rule' in solver ? multistep(solver, sigmas) : staged(solver, sigmas)
  const matrix = new Float64Array((numSteps + 1) * numSteps)
  for (let k = 0; k < numSteps; k++) {
    stepTo(x, unit(k), k)
    if (!(Math.abs(x[numSteps]! - 1) < 1e-9))
      throw invalidArgument('solver', `${solver.name} changes the state where the velocity is zero`)
    matrix.set(x.subarray(0, numSteps), (k + 1) * numSteps)
  }
  return matrix
}

/** Takes the step from grid index `index`, in place; the unit velocities come in their order. */
type SymbolicStep = (x: Float64Array, velocity: Float64Array, index: number) => void

function multistep({ rule }: MultistepSolver, sigmas: readonly number[]): SymbolicStep {
  const weights = new Float64Array(rule.depth)
  return (x, _, index) => {
    const count = Math.min(rule.depth, index + 1)
    const nodes = Array.from({ length: count }, (_, age) => sigmas[index - age]!)
    rule.weights(weights, nodes, count, sigmas, index, index + 1)
    for (let age = 0; age < count; age++) x[index - age]! += weights[age]!
  }
}

function staged(solver: StagedSolver, sigmas: readonly number[]): SymbolicStep {
  const scratch = Array.from({ length: solver.scratch }, () => new Float64Array(sigmas.length))
  const space = combinations(sigmas.length)
  let again = false
  const evaluate = async (): Promise<boolean> => {
    again = true
    return false
  }
  return (x, velocity, index) => {
    const pending = solver.step({ space, sigmas, index, x, velocity, scratch, evaluate })
    if (!again && pending === undefined) return
    const fix = 'plan for a solver of one evaluation a step, or run this one in full'
    throw invalidArgument('solver', `${solver.name} evaluates more than once a step; ${fix}`)
  }
}

/** Vectors of weights, as far as solvers need their space. */
function combinations(length: number): VectorSpace<Float64Array> {
  return {
    version: 1,
    name: 'combinations',
    allocate: () => new Float64Array(length),
    clone: (x) => x.slice(),
    release: () => {},
    linearCombination: (out, terms) => {
      const sum = new Float64Array(length)
      for (const { weight, vector } of terms) for (let k = 0; k < length; k++) sum[k]! += weight * vector[k]!
      out.set(sum)
    },
    dot: (a, b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0),
    meanSquaredDifference: (a, b) => a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0) / length,
    isFinite: (x) => x.every(Number.isFinite),
  }
}
