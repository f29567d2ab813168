import type { AbortSignalLike } from '../abort-signal.ts'
import type { Extrapolator } from '../extrapolate/extrapolator.ts'
import type { SkipPolicy } from '../policy/policy.ts'
import type { Velocity } from '../ports/velocity.ts'
import type { Random } from '../random/random.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Solver } from '../solver/solver.ts'
import type { VectorSpace } from '../space/vector-space.ts'
import type { StepEvent } from './result.ts'

/** Network passes of an evaluation with the conditional and, where guidance acts, the unconditional one. */
export type PassCount = number | ((sigma: number) => number)

export interface SampleOptions<T, State> {
  readonly velocity: Velocity<T>
  readonly schedule: Schedule
  /** State at `schedule.sigmas[0]`, usually unit Gaussian noise. Not changed. */
  readonly x: T
  /** Decides which steps are evaluated; every one by default. */
  readonly policy?: SkipPolicy<State>
  /** State a learning policy ended its previous run with. */
  readonly policyState?: State
  /** Weights of a jump where the policy brings none; `emulate(2)`, linear extrapolation, with a policy. */
  readonly extrapolator?: Extrapolator
  /** A solver instead of a policy: every grid point is evaluated and every step taken by the solver. */
  readonly solver?: Solver
  /** Where latents live. Needed unless `x` is a Float32Array. */
  readonly space?: VectorSpace<T>
  /** Randomness for policies that draw; by default seeded with 0 anew in every run. */
  readonly random?: Random
  /**
   * Network passes an evaluation makes: 2 with classifier-free guidance. A function of sigma where guidance acts at some
   * noise levels only. Default 1.
   */
  readonly passesPerEvaluation?: PassCount
  readonly signal?: AbortSignalLike
  /** Called after every jump; returning false stops the run. */
  readonly onStep?: (event: StepEvent<T>) => unknown
  /** Keep one entry per evaluation in `result.trace`. */
  readonly trace?: boolean
  /** Milliseconds of a monotonic clock, for the timings in `stats`. */
  readonly clock?: () => number
}
