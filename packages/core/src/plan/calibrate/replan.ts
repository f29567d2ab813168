import { invalidArgument } from '../../errors.ts'
import type { Pace } from '../../pace.ts'
import type { Velocity } from '../../ports/velocity.ts'
import { checkFrontier } from '../document/check-frontier.ts'
import { compact, type PlanDocument, type PlanEntry } from '../document/document.ts'
import { createFrontier, type Plan, solverOf } from '../document/frontier.ts'
import { entriesOf } from '../document/held-out.ts'
import { isSameGrid } from '../document/plan-policy.ts'
import { meanOf, summarise } from '../document/quality.ts'
import { seedLedger, usedSeeds } from '../document/seeds.ts'
import { carryPlan } from '../fit/carry.ts'
import { costOfRun, recordTrajectory } from '../record/record.ts'
import { releaseTrajectory, type Trajectory } from '../record/trajectory.ts'
import { createLedger, type Ledger } from '../search/ledger.ts'
import { calibrate } from './calibrate.ts'
import { followPlan } from './follow.ts'
import type { CalibrationProgress } from './options.ts'
import { type Refitted, refitPlan } from './refit.ts'
import {
  checkReplan,
  type Replanned,
  type ReplannedBudget,
  type ReplanOptions,
  usualTolerance,
} from './replan-options.ts'
import { type Settings, settingsOf } from './settings.ts'

/** Other weights have to be better by this, dB, on the runs that compare them. */
const margin = 0.2

/** Fewer full runs than this settle no plan; otherwise those that are searched for get their share of the evaluations left. */
const leastSearch = 6

/** One plan while it is being decided on. */
interface Judged extends ReplannedBudget {
  readonly entry: PlanEntry
  readonly scores: readonly number[]
}

/**
 * Plans again for a model that has changed: other weights, precision, guidance, size or number of steps.
 *
 * Cheapest first: every plan is followed as it is from a few noises; those that are worse than they were by more than
 * `tolerance`, and all of them on another grid, have their weights fitted anew on the same runs. Where that is no better, the model has
 * become harder and the plan stays, unless it lost twice the tolerance; where it is, it replaces the plan. What is worse
 * still is searched for anew where `upTo` says so.
 * Certificates go, since they were given for another model: {@link validatePlan} makes new ones.
 *
 * Cost, of which `evaluations` (default 20 T) is the most: for each run T (5 T for `target: 'exact'`) and the evaluations
 * of every plan; for weights fitted anew those of that plan again; searching takes the share of those plans in what is left, or six full runs. A run in `recorded` saves its T.
 *
 * @throws FastFlowError as {@link calibrate} does, `invalid-argument` also where `evaluations` do not pay for the check.
 */
export async function replan<T = Float32Array>(plan: Plan, options: ReplanOptions<T>): Promise<Replanned> {
  checkFrontier('plan', plan)
  checkReplan(plan, options)
  const { upTo = 'refit' } = options
  const { schedule = plan.document.key.schedule } = options
  const carried = carryPlan(plan, schedule, options.key)
  const settings = settingsFor(carried, options)
  const { ledger, count, pace } = createLedger<T>(
    settings.space,
    settings.evaluations,
    0,
    options.signal,
    () => report('check'),
  )
  const report = (stage: CalibrationProgress['stage']): void =>
    options.onProgress?.({ stage, evaluations: ledger.spent, limit: settings.evaluations })
  const velocityOf = (seed: number): Velocity<T> =>
    count(options.velocityOf ? options.velocityOf(seed) : options.velocity!)
  report('check')
  const runs: Trajectory<T>[] = [...settings.recorded]
  try {
    for (const seed of settings.seeds) runs.push(await recorded(seed, velocityOf(seed), options, settings))
    const moved = !isSameGrid(plan.document.key.schedule.sigmas, schedule.sigmas)
    const scene: Scene<T> = { settings, runs, moved, velocityOf, pace }
    const judged: Judged[] = []
    for (const [k, entry] of entriesOf(carried.document).entries()) {
      const before = entriesOf(plan.document).find(
        (old, at) => old.budget === entry.budget && isJoint(plan, at) === isJoint(carried, k),
      )
      judged.push(await judge(scene, entry, before, isJoint(carried, k), options))
    }
    const decided = createFrontier(documentOf(carried, judged, scene, ledger), carried.solver)
    const failing = judged.filter(({ holds }) => !holds)
    if (upTo !== 'search' || failing.length === 0 || ledger.left === 0)
      return { plan: decided, budgets: judged.map(outcomeOf), evaluations: ledger.spent }
    return await searched(decided, judged, scene, options, ledger)
  } finally {
    for (const run of runs.slice(settings.recorded.length)) releaseTrajectory(settings.space, run)
  }
}

interface Scene<T> {
  readonly settings: Settings<T>
  readonly runs: readonly Trajectory<T>[]
  /** Whether the grid is another one than the plan was made for. */
  readonly moved: boolean
  readonly velocityOf: (seed: number) => Velocity<T>
  readonly pace: Pace
}

const isJoint = ({ document }: Plan, k: number): boolean => k >= document.plans.length

function settingsFor<T>(carried: Plan, options: ReplanOptions<T>): Settings<T> {
  const { upTo: _, tolerance: __, runs, seeds, key: ___, ...rest } = options
  const { document, budgets } = carried
  const { target, schedule, basis } = document.key
  const count = runs ?? (options.recorded?.length ? 0 : 2)
  const settings = settingsOf<T>({
    ...rest,
    schedule: options.schedule === undefined ? schedule : options.schedule,
    solver: solverOf(carried),
    target,
    depth: basis.depth,
    range: document.calibration.range,
    budgets,
    runs: count,
    seeds: seeds ?? usedSeeds(document).fresh(count),
  })
  const oneRun = costOfRun(settings.numSteps, target)
  const walks = entriesOf(document).reduce((sum, { nfe }) => sum + nfe, 0)
  const price = settings.seeds.length * oneRun + (settings.seeds.length + settings.recorded.length) * walks
  if (price > settings.evaluations)
    throw invalidArgument(
      'evaluations',
      `${settings.evaluations} do not pay for the check, which takes ${price}`,
    )
  return settings
}

function recorded<T>(
  seed: number,
  velocity: Velocity<T>,
  { noise, guided, signal }: ReplanOptions<T>,
  { schedule, solver, space, target }: Settings<T>,
): Promise<Trajectory<T>> {
  const settings = { schedule, solver, space, target, ...(guided && { guided }), ...(signal && { signal }) }
  return recordTrajectory({ ...settings, velocity, noise: noise!(seed), seed })
}

/**
 * Follows a plan as it is and, where it is worse than it was or stands on another grid, with weights fitted anew. Where those are no
 * better either, the model is harder and the plan as good as can be, unless it has lost more than twice the tolerance.
 */
async function judge<T>(
  scene: Scene<T>,
  entry: PlanEntry,
  old: PlanEntry | undefined,
  joint: boolean,
  { upTo = 'refit', tolerance = usualTolerance }: ReplanOptions<T>,
): Promise<Judged> {
  const { runs, velocityOf, settings, moved } = scene
  const scores: number[] = []
  for (const run of runs) scores.push(await followPlan(entry, run, velocityOf(run.seed), settings))
  const before = measuredMean(old)
  const result = (outcome: Judged['outcome'], plan: Refitted): Judged => {
    const after = compact(meanOf(plan.scores), 4)
    const budget = joint ? { passes: entry.budget } : entry.budget
    const holds = before !== undefined && after >= before - tolerance
    return { ...plan, budget, outcome, before, after, holds }
  }
  const kept = result('kept', { entry, scores })
  if ((kept.holds && !moved) || joint || upTo === 'check') return kept
  const refitted = result('refitted', await refitPlan(entry, scene))
  if (refitted.after > kept.after + margin) return refitted
  const harder = before !== undefined && kept.after >= before - 2 * tolerance
  return { ...kept, holds: kept.holds || (harder && !moved) }
}

/** What a plan was worth where it was followed with the network. */
function measuredMean(entry: PlanEntry | undefined): number | undefined {
  const known = entry !== undefined && entry.quality.runs > 0 && entry.quality.basis !== 'rehearsed'
  return known ? entry.quality.mean : undefined
}

/** What was decided on; the runs that decided judge nothing any more. */
function documentOf<T>(
  { document }: Plan,
  judged: readonly Judged[],
  { settings, runs }: Scene<T>,
  { spent }: Ledger,
): PlanDocument {
  const { calibration, plans, joint } = document
  const ledger = seedLedger()
  const evaluations = calibration.evaluations + spent
  const decided = judged.map(({ entry, scores }): PlanEntry => {
    const rounded = scores.map((score) => compact(score, 4))
    return { ...entry, quality: summarise(rounded, runs.length > 1 ? 'leave-one-out' : 'in-sample') }
  })
  return {
    ...document,
    calibration: {
      ...calibration,
      seeds: ledger.take([...calibration.seeds, ...runs.map(({ seed }) => seed)]),
      heldOut: ledger.take(calibration.heldOut),
      evaluations,
      fullGenerations: compact(evaluations / settings.numSteps, 4),
      borrowed: calibration.borrowed + settings.recorded.reduce((sum, { nfe }) => sum + nfe, 0),
    },
    plans: decided.slice(0, plans.length),
    ...(joint && { joint: decided.slice(plans.length) }),
  }
}

/** Plans those anew that do not hold, on the runs there are and more. */
async function searched<T>(
  decided: Plan,
  judged: readonly Judged[],
  { settings, runs }: Scene<T>,
  options: ReplanOptions<T>,
  ledger: Ledger,
): Promise<Replanned> {
  const { velocity, velocityOf, noise, space, guided, signal, onProgress } = options
  const { key, calibration } = decided.document
  const failing = judged.filter(({ holds }) => !holds)
  const evaluated = failing.flatMap(({ budget }) => (typeof budget === 'number' ? [budget] : []))
  // A calibration plans schedules before joint plans, which begin like them.
  const budgets = evaluated.length > 0 ? evaluated : decided.budgets
  const passes = failing.flatMap(({ budget }) => (typeof budget === 'number' ? [] : [budget.passes]))
  const isAgain = ({ budget }: Judged): boolean =>
    typeof budget === 'number' ? budgets.includes(budget) : passes.includes(budget.passes)
  const { spent } = ledger
  const share = failing.length / judged.length
  const least = leastSearch * costOfRun(settings.numSteps, settings.target)
  const plan = await calibrate<T>({
    ...(velocity && { velocity }),
    ...(velocityOf && { velocityOf }),
    ...(noise && { noise }),
    ...(space && { space }),
    ...(signal && { signal }),
    ...(guided && { guided }),
    ...(passes.length > 0 && { passes }),
    budgets,
    recorded: runs,
    schedule: settings.schedule,
    solver: settings.solver,
    target: settings.target,
    depth: settings.depth,
    range: settings.range,
    key,
    start: decided,
    evaluations: Math.min(ledger.left, Math.max(least, Math.floor(share * ledger.left))),
    onProgress: (now) =>
      onProgress?.({ ...now, evaluations: spent + now.evaluations, limit: settings.evaluations }),
  })
  const { document } = plan
  // The runs of the check are counted already.
  const counted = { ...document.calibration, borrowed: calibration.borrowed }
  const made = document.calibration.evaluations - calibration.evaluations
  return {
    plan: createFrontier({ ...document, calibration: counted }, plan.solver),
    budgets: judged.map((one) => (isAgain(one) ? found(one, plan, options) : outcomeOf(one))),
    evaluations: spent + made,
  }
}

/** What a search has made of a plan. */
function found<T>(
  { budget, before }: Judged,
  plan: Plan,
  { tolerance = usualTolerance }: ReplanOptions<T>,
): ReplannedBudget {
  const after = plan.entry(budget)!.quality.mean
  const holds = before !== undefined && after >= before - tolerance
  return { budget, outcome: 'searched', before, after, holds }
}

function outcomeOf({ budget, outcome, before, after, holds }: Judged): ReplannedBudget {
  return { budget, outcome, before, after, holds }
}
