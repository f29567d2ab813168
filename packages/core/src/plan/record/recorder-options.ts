import type { Velocity } from '../../ports/velocity.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import type { Solver } from '../../solver/solver.ts'
import type { VectorSpace } from '../../space/vector-space.ts'

export interface RecorderOptions<T> {
  readonly velocity: Velocity<T>
  readonly schedule: Schedule
  /** Takes the steps of the run, at one evaluation each. Default {@link euler}. */
  readonly solver?: Solver
  readonly space: VectorSpace<T>
  /** Seed of the noise the run starts from; kept as provenance. */
  readonly seed: number
  /** The velocity hands back its guidance term: record both parts, so that plans can treat them apart. */
  readonly guided?: boolean
}
