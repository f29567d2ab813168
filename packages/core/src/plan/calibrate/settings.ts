import { shown } from '../../check/shown.ts'
import { checkNumber, checkPositive, checkWhole } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import { numStepsOf, type Schedule } from '../../schedule/schedule.ts'
import { euler } from '../../solver/euler.ts'
import type { Solver } from '../../solver/solver.ts'
import { float32Space } from '../../space/float32.ts'
import type { VectorSpace } from '../../space/vector-space.ts'
import type { CertificateCost } from '../document/certificate.ts'
import { distinctRuns, seedLedger, usedSeeds } from '../document/seeds.ts'
import { defaultRidge } from '../fit/fit.ts'
import type { Parts } from '../fit/route.ts'
import { type Increments, incrementsOf, type PlanTarget } from '../price/increments.ts'
import { costOfRun } from '../record/record.ts'
import type { Trajectory } from '../record/trajectory.ts'
import { certificateOf } from './certificate-of.ts'
import { checkCalibration } from './check-calibration.ts'
import { checkKept, checkRecordedBy, checkSources, checkStart } from './check-sources.ts'
import { type CalibrateOptions, keepsAll } from './options.ts'
import { usualBudgets } from './usual-budgets.ts'

/** Options with every default filled in. */
export interface Settings<T> {
  readonly space: VectorSpace<T>
  readonly schedule: Schedule
  readonly sigmas: readonly number[]
  readonly numSteps: number
  /** Of the full run. */
  readonly solver: Solver
  /** Of the teacher's states. */
  readonly increments: Increments
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

/** @throws FastFlowError `invalid-argument` naming the option. */
export function settingsOf<T>(options: CalibrateOptions<T>): Settings<T> {
  checkCalibration(options)
  const {
    schedule,
    solver = euler(),
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
  const budgets = checkBudgets(options.budgets ?? planned ?? usualBelow(numSteps), numSteps)
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
  checkRecordedBy(given, numSteps, target, solver)
  const recorded = distinctRuns(given)
  return {
    space,
    schedule,
    sigmas: schedule.sigmas,
    numSteps,
    solver,
    increments: incrementsOf(schedule.sigmas, target, solver),
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

/** Budgets below the steps of the grid; short grids have none of the usual ones. */
function usualBelow(numSteps: number): readonly number[] {
  const usual = usualBudgets.filter((nfe) => nfe < numSteps)
  if (usual.length > 0) return usual
  const fix = `pass budgets from 1 to ${numSteps - 1}, or a schedule of ${usualBudgets[0]! + 1} steps or more`
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
