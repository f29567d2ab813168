import { shown } from '../check/shown.ts'
import { checkNumber, checkPositive, checkWhole } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import type { AbortSignalLike, Velocity } from '../ports/velocity.ts'
import { numStepsOf, type Schedule } from '../schedule/schedule.ts'
import { float32Space } from '../space/float32.ts'
import type { VectorSpace } from '../space/vector-space.ts'
import { checkCalibration } from './check-calibration.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { PlanKey } from './document.ts'
import { defaultRidge } from './fit.ts'
import type { Frontier } from './frontier.ts'
import type { PlanTarget } from './increments.ts'
import { parsePlan } from './parse.ts'
import type { Parts } from './route.ts'
import type { Trajectory } from './trajectory.ts'

export interface CalibrationProgress {
  readonly stage: 'record' | 'search' | 'improve' | 'joint' | 'floor' | 'done'
  /** Evaluations made so far and the most there will be. */
  readonly evaluations: number
  readonly limit: number
  /** Budget being worked on, during `search` and `improve`; passes during `joint`. */
  readonly budget?: number
}

export interface CalibrateOptions<T = Float32Array> {
  /** The network. May be left out with `recorded` runs and `evaluations: 0`. */
  readonly velocity?: Velocity<T>
  /** The network with what belongs to a seed (prompt, class); instead of `velocity` where that varies. */
  readonly velocityOf?: (seed: number) => Velocity<T>
  readonly schedule: Schedule
  /** Unit Gaussian noise of a seed: a new vector each time. Not needed for `recorded` runs alone. */
  readonly noise?: (seed: number) => T
  /** Where latents live; Float32Array when omitted. */
  readonly space?: VectorSpace<T>
  /** Evaluations per generation to plan for; 6, 8, 10, 12, 15, 19, 25 (those below T) when omitted. */
  readonly budgets?: readonly number[]
  /** Most evaluations to spend, everything counted; 20 T when omitted. */
  readonly evaluations?: number
  /** Calibration runs to record, besides `recorded` ones; as many as 0.3 of the evaluations pay for, 64 at most. */
  readonly runs?: number
  /** Seeds of those runs; `2^31, 2^31 + 1, ...` when omitted, far from seeds people type. */
  readonly seeds?: readonly number[]
  /** Full runs that happened anyway, from {@link createRecorder}; they cost nothing here. */
  readonly recorded?: readonly Trajectory<T>[]
  /** Which solution to reproduce. Default `baseline`, Euler on the grid. */
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
  readonly start?: Frontier
  readonly signal?: AbortSignalLike
  readonly onProgress?: (progress: CalibrationProgress) => void
  /** Where an interrupted calibration with the same options stood. */
  readonly checkpoint?: Checkpoint
  /** Called after each recorded run and each walked schedule with something that `checkpoint` accepts; plain JSON. */
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void
}

/** Options with every default filled in. */
export interface Settings<T> {
  readonly space: VectorSpace<T>
  readonly schedule: Schedule
  readonly sigmas: readonly number[]
  readonly numSteps: number
  readonly budgets: readonly number[]
  readonly parts: Parts
  /** Pass budgets of joint plans; none without guidance. */
  readonly passes: readonly number[]
  readonly evaluations: number
  readonly target: PlanTarget
  readonly depth: number
  readonly ridge: number
  readonly range: number
  readonly floorRuns: number
  readonly recorded: readonly Trajectory<T>[]
  /** Seeds of the runs still to be recorded. */
  readonly seeds: readonly number[]
}

const defaultBudgets = [6, 8, 10, 12, 15, 19, 25] as const
const firstSeed = 2 ** 31

/** Steps of the exact reference per grid step. */
export const refinement = 5

/** @throws FastFlowError `invalid-argument` naming the option. */
export function settingsOf<T>(options: CalibrateOptions<T>): Settings<T> {
  checkCalibration(options)
  const {
    schedule,
    target = 'baseline',
    depth = 4,
    ridge = defaultRidge,
    range = 2,
    recorded = [],
    floorRuns = 1,
  } = options
  const numSteps = numStepsOf(schedule)
  if (numSteps === 1)
    throw invalidArgument('schedule', 'has 1 step, there is nothing to skip; plan for 2 or more')
  const evaluations = options.evaluations ?? 20 * numSteps
  const budgets = checkBudgets(options.budgets ?? usualBudgets(numSteps), numSteps)
  if (target !== 'baseline' && target !== 'exact')
    throw invalidArgument('target', `${shown(target)} is not baseline or exact`)
  if (!(Number.isInteger(depth) && depth >= 2 && depth <= 5))
    throw invalidArgument('depth', `${shown(depth)} is not 2 to 5`)
  checkNumber('ridge', ridge, 0)
  checkPositive('range', range)
  checkWhole('floorRuns', floorRuns, 0)
  const oneRun = target === 'exact' ? refinement * numSteps : numSteps
  const passes = checkPasses(options, numSteps)
  const affordable = Math.floor(evaluations / oneRun)
  // Two runs at least, so that each can be judged by the other, unless they take more than half of it all.
  const wanted = Math.max(2, Math.round((0.3 * evaluations) / oneRun))
  const usual = Math.min(64, affordable, Math.max(1, Math.min(wanted, Math.floor(affordable / 2))))
  const runs = options.runs ?? options.seeds?.length ?? usual
  const seeds = options.seeds ?? Array.from({ length: runs }, (_, n) => firstSeed + n)
  if (seeds.length < runs) throw invalidArgument('seeds', `has ${seeds.length} entries for ${runs} runs`)
  if (runs > affordable)
    throw invalidArgument('evaluations', `${evaluations} do not pay for ${runs} runs of ${oneRun}`)
  if (options.runs === 0 && recorded.length === 0)
    throw invalidArgument('runs', 'are 0 and there are no recorded ones; pass runs, seeds or recorded')
  if (runs + recorded.length === 0)
    throw invalidArgument('evaluations', `${evaluations} do not pay for one run of ${oneRun}`)
  checkSources(options, evaluations)
  checkStart(options, target, depth)
  const space = options.space ?? (float32Space as VectorSpace<unknown> as VectorSpace<T>)
  const given = {
    space,
    schedule,
    sigmas: schedule.sigmas,
    numSteps,
    budgets,
    parts: passes.length > 0 ? (2 as const) : (1 as const),
    passes,
    evaluations,
    target,
    depth,
    ridge,
    range,
    floorRuns,
    recorded,
  }
  return { ...given, seeds: seeds.slice(0, runs) }
}

function checkSources<T>(options: CalibrateOptions<T>, evaluations: number): void {
  if (evaluations === 0) return
  if (options.velocity === undefined && options.velocityOf === undefined) {
    throw invalidArgument('velocity', 'needed unless evaluations is 0')
  }
  if (options.noise === undefined && (options.recorded ?? []).length === 0) {
    throw invalidArgument('noise', 'needed unless there are recorded runs')
  }
}

/** Kept plans and new ones share a key. @throws FastFlowError `policy-mismatch`, `invalid-argument`. */
function checkStart<T>(
  { start, schedule, key }: CalibrateOptions<T>,
  target: PlanTarget,
  depth: number,
): void {
  if (start === undefined) return
  const { basis } = parsePlan(start.document, { ...key, schedule, target }).document.key
  if (basis.depth === depth) return
  throw invalidArgument('depth', `${depth} is not the ${basis.depth} of the plan to start from`)
}

/** Budgets below the steps of the grid; short grids have none of the usual ones. */
function usualBudgets(numSteps: number): readonly number[] {
  const usual = defaultBudgets.filter((nfe) => nfe < numSteps)
  if (usual.length > 0) return usual
  const fix = `pass budgets from 1 to ${numSteps - 1}, or a schedule of ${defaultBudgets[0] + 1} steps or more`
  throw invalidArgument(
    'budgets',
    `none of the usual ones is below the ${numSteps} steps of the schedule; ${fix}`,
  )
}

function checkBudgets(budgets: readonly number[], numSteps: number): readonly number[] {
  const sorted = [...new Set(budgets)].sort((a, b) => a - b)
  const valid = sorted.every((nfe) => Number.isInteger(nfe) && nfe >= 1 && nfe < numSteps)
  if (sorted.length > 0 && valid) return sorted
  throw invalidArgument('budgets', `${shown(budgets)} are not whole numbers from 1 to ${numSteps - 1}`)
}

function checkPasses<T>({ guided, passes = [] }: CalibrateOptions<T>, numSteps: number): readonly number[] {
  if (!guided && passes.length > 0)
    throw invalidArgument('passes', 'are planned for guided velocities; add guided: true or leave them out')
  const sorted = [...new Set(passes)].sort((a, b) => a - b)
  if (sorted.every((count) => Number.isInteger(count) && count >= 3 && count < 2 * numSteps)) return sorted
  throw invalidArgument('passes', `${shown(passes)} are not whole numbers from 3 to ${2 * numSteps - 1}`)
}

/** Runs that candidates are first tried with. */
export function firstRuns(runs: number): number {
  return Math.min(runs, Math.max(2, Math.ceil(runs / 4)))
}
