import type { AbortSignalLike } from '../../abort-signal.ts'
import { shown } from '../../check/shown.ts'
import { checkNumber, checkPositive, checkWhole } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import { isRecord } from '../../json.ts'
import type { Velocity } from '../../ports/velocity.ts'
import { numStepsOf, type Schedule } from '../../schedule/schedule.ts'
import { float32Space } from '../../space/float32.ts'
import type { VectorSpace } from '../../space/vector-space.ts'
import { type CertificateCost, certificateOf } from '../certificate.ts'
import { checkCalibration } from '../check-calibration.ts'
import type { PlanKey } from '../document/document.ts'
import type { Frontier } from '../document/frontier.ts'
import { parsePlan } from '../document/parse.ts'
import { defaultRidge } from '../fit/fit.ts'
import type { Parts } from '../fit/route.ts'
import type { PlanTarget } from '../price/increments.ts'
import { costOfRun } from '../record/record.ts'
import type { Trajectory } from '../record/trajectory.ts'
import { distinctRuns, seedLedger, usedSeeds } from '../seeds.ts'
import type { Checkpoint } from './checkpoint.ts'

export interface CalibrationProgress {
  readonly stage: 'record' | 'search' | 'improve' | 'joint' | 'floor' | 'certify' | 'done'
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
  /** Unit Gaussian noise of a seed: a new vector each time. Not needed for `recorded` runs alone. */
  readonly noise?: (seed: number) => T
  /** Where latents live; Float32Array when omitted. */
  readonly space?: VectorSpace<T>
  /** Evaluations per generation to plan for; 6, 8, 10, 12, 15, 19, 25 (those below T) when omitted. */
  readonly budgets?: readonly number[]
  /** Most evaluations to spend on planning, everything counted; 20 T when omitted. `certify` costs more on top. */
  readonly evaluations?: number
  /**
   * Also makes the held-out runs that a target of this confidence takes ({@link Frontier.for}), so that the plans are certified
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
  /** Seeds of the runs still to be recorded; with those of the recorded ones no noise is in it twice. */
  readonly seeds: readonly number[]
  /** The most that certifying may cost; undefined where it was not asked for. */
  readonly certificate: CertificateCost | undefined
}

const defaultBudgets = [6, 8, 10, 12, 15, 19, 25] as const

/** @throws FastFlowError `invalid-argument` naming the option. */
export function settingsOf<T>(options: CalibrateOptions<T>): Settings<T> {
  checkCalibration(options)
  const {
    schedule,
    target = 'baseline',
    depth = 4,
    ridge = defaultRidge,
    range = 2,
    recorded: given = [],
    floorRuns = 1,
  } = options
  const numSteps = numStepsOf(schedule)
  if (numSteps === 1)
    throw invalidArgument('schedule', 'has 1 step, there is nothing to skip; plan for 2 or more')
  const evaluations = checkWhole('evaluations', options.evaluations ?? 20 * numSteps, 0)
  const planned = keepsAll(options) ? options.start!.budgets : undefined
  const budgets = checkBudgets(options.budgets ?? planned ?? usualBudgets(numSteps), numSteps)
  if (target !== 'baseline' && target !== 'exact')
    throw invalidArgument('target', `${shown(target)} is not baseline or exact`)
  if (!(Number.isInteger(depth) && depth >= 2 && depth <= 5))
    throw invalidArgument('depth', `${shown(depth)} is not 2 to 5`)
  checkNumber('ridge', ridge, 0)
  checkPositive('range', range)
  checkWhole('floorRuns', floorRuns, 0)
  const oneRun = costOfRun(numSteps, target)
  const passes = checkPasses(options, numSteps)
  const affordable = Math.floor(evaluations / oneRun)
  // Two runs at least, so that each can be judged by the other, unless they take more than half of it all.
  const wanted = Math.max(2, Math.round((0.3 * evaluations) / oneRun))
  const usual = Math.min(64, affordable, Math.max(1, Math.min(wanted, Math.floor(affordable / 2))))
  const runs = checkWhole('runs', options.runs ?? options.seeds?.length ?? usual, 0)
  if (options.seeds) checkEnough(options.seeds, runs)
  if (runs > affordable)
    throw invalidArgument('evaluations', `${evaluations} do not pay for ${runs} runs of ${oneRun}`)
  if (options.runs === 0 && given.length === 0 && !keepsAll(options))
    throw invalidArgument('runs', 'are 0 and there are no recorded ones; pass runs, seeds or recorded')
  if (runs + given.length === 0 && !keepsAll(options))
    throw invalidArgument('evaluations', `${evaluations} do not pay for one run of ${oneRun}`)
  checkSources(options, evaluations)
  checkStart(options, target, depth)
  checkKept(options)
  const space = options.space ?? (float32Space as VectorSpace<unknown> as VectorSpace<T>)
  const recorded = distinctRuns(given)
  return {
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
    seeds: seedsOf(options, recorded, runs),
    certificate: certificateOf(options, { target, numSteps, budgets, passes }),
  }
}

/** Whether nothing is to be planned: the plans to start from are certified as they are. */
export function keepsAll<T>(options: CalibrateOptions<T>): boolean {
  const { start, certify, evaluations, recorded = [] } = options
  return start !== undefined && certify !== undefined && evaluations === 0 && recorded.length === 0
}

/** Seeds of the runs to record: those asked for, each once, or such that no run of the plan to start from has had. */
function seedsOf<T>(
  { seeds, start }: CalibrateOptions<T>,
  recorded: readonly Trajectory<T>[],
  runs: number,
): readonly number[] {
  const ledger = start && !seeds ? usedSeeds(start.document) : seedLedger()
  ledger.take(recorded.map(({ seed }) => seed))
  return seeds ? ledger.take(seeds.slice(0, runs)) : ledger.fresh(runs)
}

function checkSources<T>(options: CalibrateOptions<T>, evaluations: number): void {
  const certified = options.certify !== undefined
  if (evaluations === 0 && !certified) return
  if (options.velocity === undefined && options.velocityOf === undefined) {
    throw invalidArgument('velocity', 'needed unless evaluations is 0')
  }
  if (options.noise === undefined && (certified || (options.recorded ?? []).length === 0)) {
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
  if (!isRecord(start) || !isRecord(start.document))
    throw invalidArgument('start', 'holds no plan; pass what calibrate or parsePlan returned')
  const { basis } = parsePlan(start.document, { ...key, schedule, target }).document.key
  if (basis.depth === depth) return
  throw invalidArgument('depth', `${depth} is not the ${basis.depth} of the plan to start from`)
}

/** @throws FastFlowError `invalid-argument` for budgets that would have to be planned without an evaluation. */
function checkKept<T>(options: CalibrateOptions<T>): void {
  if (!keepsAll(options)) return
  const { start, budgets = [], passes = [] } = options
  const lacking = budgets.find((nfe) => !start!.budgets.includes(nfe))
  if (lacking !== undefined)
    throw invalidArgument(
      'budgets',
      `${lacking} is not in the plan to start from; planning it takes evaluations`,
    )
  const missing = passes.find((count) => !start!.passes.includes(count))
  if (missing !== undefined)
    throw invalidArgument(
      'passes',
      `${missing} are not in the plan to start from; planning them takes evaluations`,
    )
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

/** @throws FastFlowError `invalid-argument` for fewer seeds than runs. */
export function checkEnough(seeds: readonly number[], runs: number): void {
  if (seeds.length < runs) throw invalidArgument('seeds', `has ${seeds.length} entries for ${runs} runs`)
}

/** Runs that candidates are first tried with. */
export function firstRuns(runs: number): number {
  return Math.min(runs, Math.max(2, Math.ceil(runs / 4)))
}
