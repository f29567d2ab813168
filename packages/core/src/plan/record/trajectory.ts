import type { VectorSpace } from '../../space/vector-space.ts'

/**
 * One full run, kept for planning: T states, one velocity and the Gram matrix of all T velocities; of a guided run the
 * same of both parts of the velocity, `v = c + g`.
 *
 * Of a run by Euler velocity k can be had back as `(states[k + 1] - states[k]) / (sigma_{k+1} - sigma_k)`; of velocities
 * only the inner products are stored.
 */
export interface Trajectory<T> {
  /** Seed of the noise it started from. */
  readonly seed: number
  /** Name of the solver that took its steps; missing where that is Euler, or the run is of the exact solution. */
  readonly solver?: string
  /** `states[0]` is the noise, `states[T]` the result; those between are where the velocity was evaluated. */
  readonly states: readonly T[]
  /** The velocity at grid index 0, which every plan for this noise begins with. */
  readonly firstVelocity: T
  /** Its parts, of a run recorded in two. */
  readonly firstParts?: { readonly conditional: T; readonly guidance: T }
  /** `gram[a T + b] = <v_a, v_b> / D`, symmetric, float64; of two parts 2T x 2T, `c_0 ... c_{T-1} g_0 ... g_{T-1}`. */
  readonly gram: Float64Array
  /** Evaluations it cost. */
  readonly nfe: number
}

/** Elements D of a vector: the port has a sum of products and a mean of squares, their ratio tells. */
export async function elementsOf<T>(space: VectorSpace<T>, x: T): Promise<number> {
  const zero = space.allocate(x)
  space.linearCombination(zero, [])
  const [sum, mean] = await Promise.all([space.dot(x, x), space.meanSquaredDifference(x, zero)])
  space.release(zero)
  return mean > 0 ? Math.round(sum / mean) : 1
}

/** Gives the memory of a trajectory back. */
export function releaseTrajectory<T>(space: VectorSpace<T>, trajectory: Trajectory<T>): void {
  for (const state of trajectory.states) space.release(state)
  space.release(trajectory.firstVelocity)
  for (const part of Object.values(trajectory.firstParts ?? {})) space.release(part)
}
