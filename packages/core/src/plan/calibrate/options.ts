import type { AbortSignalLike } from '../../abort-signal.ts'
import type { Velocity } from '../../ports/velocity.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import type { Solver } from '../../solver/solver.ts'
import type { VectorSpace } from '../../space/vector-space.ts'
import type { CertificateCost } from '../document/certificate.ts'
import type { PlanKey } from '../document/document.ts'
import type { Plan } from '../document/frontier.ts'
import type { PlanTarget } from '../price/increments.ts'
import type { Trajectory } from '../record/trajectory.ts'
import type { Checkpoint } from './checkpoint.ts'

export interface CalibrationProgress {
  readonly stage: 'check' | 'record' | 'search' | 'improve' | 'joint' | 'floor' | 'certify' | 'done'
  /** Evaluations made so far and the most there will be; the first report comes before the first of them. */
  readonly evaluations: number
  readonly limit: number
  /** With `certify`: what of the limit goes into held-out runs. */
  readonly certificate?: CertificateCost
  /** Budget being worked on, during `search` and `improve`; passes during `joint`. */
  readonly budget?: number
}

export interface CalibrateOptions<T = Float32Array> {
  /** The network. May be left out with `recorded` runs and `evaluations: 0`. */
  readonly velocity?: Velocity<T>
  /** The network with what belongs to a seed (prompt, class); instead of `velocity` where that varies. */
  readonly velocityOf?: (seed: number) => Velocity<T>
  readonly schedule: Schedule
  /**
   * Takes the steps of the full run, which is the baseline; the plan is tied to it by its name. Default {@link euler}. One
   * that evaluates more than once a step, as {@link heun} does, cannot be planned for.
   */
  readonly solver?: Solver
  /** Unit Gaussian noise of a seed: a new vector each time. Not needed for `recorded` runs alone. */
  readonly noise?: (seed: number) => T
  /** Where latents live; Float32Array when omitted. */
  readonly space?: VectorSpace<T>
  /** Evaluations per generation to plan for; 6, 8, 10, 12, 15, 19, 25 (those below T) when omitted. */
  readonly budgets?: readonly number[]
  /** Most evaluations to spend on planning, everything counted; 20 T when omitted. `certify` costs more on top. */
  readonly evaluations?: number
  /**
   * Also makes the held-out runs that a target of this confidence takes ({@link Plan.for}), so that the plans are certified
   * when they come back: 9 runs for 0.9, 19 for 0.95, 99 for 0.99. Each costs a full run and one run of every plan; the first
   * {@link CalibrationProgress} says how much that is at most. Without it a calibration certifies nothing, since
   * all its runs choose and fit. With `start` and `evaluations: 0` the plans of `start` are certified as they are.
   */
  readonly certify?: number
  /** Calibration runs to record, besides `recorded` ones; as many as 0.3 of the evaluations pay for, 64 at most. */
  readonly runs?: number
  /** Seeds of those runs, each counted once; `2^31, 2^31 + 1, ...` when omitted, less those that `start` has used. */
  readonly seeds?: readonly number[]
  /** Full runs that happened anyway, from {@link createRecorder}; they cost nothing here. */
  readonly recorded?: readonly Trajectory<T>[]
  /** Which solution to reproduce. Default `baseline`, that of the solver on the grid. */
  readonly target?: PlanTarget
  /**
   * The velocity is guided and hands back its guidance term (see {@link VelocityCall}), which joint plans need: they say
   * at which evaluations the conditional pass is enough. Default false.
   */
  readonly guided?: boolean
  /** Network passes per generation to plan for jointly, of guided velocities; none when omitted. */
  readonly passes?: readonly number[]
  /** Velocities a jump may use, 2 to 5; with `guided`, of each part. Default 4. */
  readonly depth?: number
  /** Ridge of the fit, see {@link fitJump}. */
  readonly ridge?: number
  /** Peak-to-peak range of the data behind PSNR figures. Default 2, for [-1, 1]. */
  readonly range?: number
  /** Runs on which to measure the floor, at about T evaluations each. Default 1. */
  readonly floorRuns?: number
  /** What the plan will be tied to, besides schedule and target. */
  readonly key?: Partial<Pick<PlanKey, 'model' | 'guidance' | 'guidanceInterval' | 'dims' | 'dtype'>>
  /**
   * A plan to start from, of the same key: its schedules are the first to be tried for their budgets, grown by a few steps
   * for budgets it lacks, and its plans of other budgets are kept.
   */
  readonly start?: Plan
  readonly signal?: AbortSignalLike
  readonly onProgress?: (progress: CalibrationProgress) => void
  /** Where an interrupted calibration with the same options stood. */
  readonly checkpoint?: Checkpoint
  /** Called after each recorded run and each walked schedule with something that `checkpoint` accepts; plain JSON. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void
}

/** Whether nothing is to be planned: the plans to start from are certified as they are. */
export function keepsAll<T>(options: CalibrateOptions<T>): boolean {
  const { start, certify, evaluations, recorded = [] } = options
  return start !== undefined && certify !== undefined && evaluations === 0 && recorded.length === 0
}
