import type { Pace } from '../../pace.ts'
import { coordinatesOf } from './factor.ts'
import type { Increments } from './increments.ts'

/** One recorded run in few numbers a vector. */
export interface RunCoordinates {
  readonly velocities: readonly Float64Array[]
  /** The teacher's `x_k - x_0`. */
  readonly states: readonly Float64Array[]
}

export async function coordinatesOfRun(
  gram: Float64Array,
  { numSteps, matrix }: Increments,
  pace: Pace,
): Promise<RunCoordinates> {
  const velocities = await coordinatesOf(gram, pace)
  const rank = velocities[0]!.length
  const states = [new Float64Array(rank)]
  for (let k = 0; k < numSteps; k++) {
    if (pace.due()) await pace.rest()
    const state = states[k]!.slice()
    for (let a = 0; a < numSteps; a++) {
      const weight = matrix[k * numSteps + a]!
      if (weight === 0) continue
      for (let n = 0; n < rank; n++) state[n]! += weight * velocities[a]![n]!
    }
    states.push(state)
  }
  return { velocities, states }
}

/** Mean square of what a jump from `i` to `j` with weights for the velocities at `i` and `p` leaves of the teacher's. */
export function errorOfJump(
  { velocities, states }: RunCoordinates,
  p: number,
  i: number,
  j: number,
  w0: number,
  w1: number,
): number {
  const [from, to, newest, before] = [states[i]!, states[j]!, velocities[i]!, velocities[p]!]
  let sum = 0
  for (let n = 0; n < from.length; n++) sum += (to[n]! - from[n]! - w0 * newest[n]! - w1 * before[n]!) ** 2
  return sum
}
