import { invalidArgument } from '../../errors.ts'
import { sample } from '../../sample/sample.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import type { Solver } from '../../solver/solver.ts'
import type { VectorSpace } from '../../space/vector-space.ts'

export interface ReplayOptions<T> {
  readonly space: VectorSpace<T>
  readonly schedule: Schedule
  readonly solver: Solver | undefined
  readonly noise: T
  /** All T velocities of the run; given up to the states. */
  readonly velocities: readonly T[]
  /** Where the last of them was evaluated, and the elements it has. */
  readonly last: T
  readonly elements: number
}

/** Mean square by which a replayed state may be off, relative to its own: the run may have rounded otherwise. */
const tolerance = 1e-8

/**
 * The states of a run, to the last bit, by taking its steps once more: at no evaluation, and in the memory of the velocities,
 * each of which the sampler has copied by the time of the next.
 *
 * @throws FastFlowError `invalid-argument` where the run was not this solver's.
 */
export async function replayStates<T>(options: ReplayOptions<T>): Promise<T[]> {
  const { space, schedule, solver, noise, velocities, last, elements } = options
  const keep = (x: T, index: number): void =>
    space.linearCombination(velocities[index - 1]!, [{ weight: 1, vector: x }])
  const { x } = await sample({
    schedule,
    space,
    x: noise,
    ...(solver && { solver }),
    velocity: (x, _, { index }) => {
      if (index > 0) keep(x, index)
      return velocities[index]!
    },
  })
  keep(x, velocities.length)
  space.release(x)
  const replayed = velocities.at(-2) ?? noise
  const [difference, size] = await Promise.all([
    space.meanSquaredDifference(replayed, last),
    space.dot(last, last),
  ])
  if (difference <= tolerance * (size / elements)) return [noise, ...velocities]
  const fix = 'give the recorder the solver that the run is sampled with'
  throw invalidArgument('recorder', `the run was not one of ${solver?.name ?? 'euler'}; ${fix}`)
}
