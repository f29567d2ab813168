import { checkOptions } from '../../check/options.ts'
import type { Pace } from '../../pace.ts'
import type { Velocity } from '../../ports/velocity.ts'
import type { Plan } from '../document/frontier.ts'
import { parsePlan } from '../document/parse.ts'
import { leaveOneOut } from '../fit/rehearse.ts'
import { type JumpSetup, priorRule } from '../fit/visit.ts'
import { elementsOf } from '../record/trajectory.ts'
import { filledSlot, openSlot, subtract } from '../record/two-parts.ts'
import type { Weighting } from '../search/candidate.ts'
import { createLedger } from '../search/ledger.ts'
import type { Trial } from '../search/trial.ts'
import { createTrials, type Trials } from '../search/trials.ts'
import { createWalker, type Evaluated, type Walker } from '../search/walker.ts'
import { assemble } from './assemble.ts'
import { calibrateNames } from './check-calibration.ts'
import { type Checkpoint, checkCheckpoint, checkpointOf, termsOf } from './checkpoint.ts'
import { measureFloor } from './floor.ts'
import { type CalibrateOptions, type CalibrationProgress, keepsAll } from './options.ts'
import { planAll, rehearsalOptions } from './plan-all.ts'
import type { Settings } from './settings.ts'
import { settingsOf } from './settings.ts'
import { createTeachers, type Teachers } from './teachers.ts'
import { type ValidateOptions, validate } from './validate.ts'

/**
 * Plans a frontier of skip policies for one model, schedule and guidance.
 *
 * Records a few full runs; their Gram matrices price every jump between any two steps, so that dynamic programming
 * gives schedules for all budgets. Those and fixed grids are then tried on the network, their weights fitted on the
 * way, within one stated number of evaluations for all budgets together; what is left improves the winners node by
 * node. With `recorded` runs and `evaluations: 0` the plan comes from ordinary generations at no evaluation at all.
 *
 * All these runs choose and fit, so the quality that comes with the plans is an estimate. `certify` makes held-out runs too,
 * at a cost that the first report states.
 *
 * Cost: at most `evaluations` (default 20 T), counted exactly and reported in the document, and with `certify` for each of its
 * runs T (5 T for `target: 'exact'`) and the evaluations of every plan; planning itself takes well
 * under a second for T = 50. Memory: T states a calibration run, and the velocities of the schedules being compared.
 *
 * @throws FastFlowError `invalid-argument` for options that do not fit together, `policy-mismatch` for a plan to start from
 *   that was made for something else, `non-finite-velocity`, and `aborted` when cancelled: hand the last checkpoint in to go on.
 */
export async function calibrate<T = Float32Array>(options: CalibrateOptions<T>): Promise<Plan> {
  checkOptions('options', options, calibrateNames)
  const settings = settingsOf(options)
  const { checkpoint } = options
  const terms = termsOf(settings)
  if (checkpoint !== undefined) checkCheckpoint(checkpoint, terms)
  let position = checkpoint ?? checkpointOf(terms, { spent: 0, runs: [], floor: undefined, trials: [] })
  const save = (next: Checkpoint): void => {
    position = next
    options.onCheckpoint?.(next)
  }
  const { certificate, schedule, target, solver } = settings
  const limit = settings.evaluations + (certificate?.evaluations ?? 0)
  const report = (progress: Stage, evaluations: number): void =>
    options.onProgress?.({ ...progress, evaluations, limit, ...(certificate && { certificate }) })
  const planned =
    checkpoint?.planned !== undefined
      ? parsePlan(checkpoint.planned, { ...options.key, schedule, target, solver })
      : keepsAll(options)
        ? options.start!
        : await planFrontier(options, settings, { save, report })
  if (certificate !== undefined) save({ ...position, planned: planned.document })
  const before = position
  const certified =
    certificate === undefined
      ? planned
      : await validate(
          planned,
          {
            ...sourcesOf(options),
            certify: certificate.confidence,
            onProgress: ({ evaluations }) => report({ stage: 'certify' }, before.spent + evaluations),
          },
          {
            onRun: ({ document }, spent) =>
              save({ ...before, spent: before.spent + spent, planned: document }),
          },
        )
  report({ stage: 'done' }, position.spent)
  return certified
}

type Stage = Pick<CalibrationProgress, 'stage' | 'budget'>

/** What certifying takes of the options of a calibration: the rest says how to plan. */
function sourcesOf<T>({
  velocity,
  velocityOf,
  noise,
  space,
  signal,
}: CalibrateOptions<T>): ValidateOptions<T> {
  return {
    ...(velocity && { velocity }),
    ...(velocityOf && { velocityOf }),
    ...(noise && { noise }),
    ...(space && { space }),
    ...(signal && { signal }),
  }
}

interface PlanningHooks {
  readonly save: (position: Checkpoint) => void
  readonly report: (progress: Stage, spent: number) => void
}

async function planFrontier<T>(
  options: CalibrateOptions<T>,
  settings: Settings<T>,
  hooks: PlanningHooks,
): Promise<Plan> {
  const { checkpoint } = options
  let stage: Stage = { stage: 'record' }
  const report = (): void => hooks.report(stage, ledger.spent)
  const spentBefore = checkpoint?.spent ?? 0
  const { ledger, count, pace } = createLedger<T>(
    settings.space,
    settings.evaluations,
    spentBefore,
    options.signal,
    report,
  )
  const velocityOf = (seed: number): Velocity<T> =>
    count(options.velocityOf ? options.velocityOf(seed) : options.velocity!)

  let done: readonly Trial[] = checkpoint?.trials ?? []
  let floor = checkpoint?.floor
  const teachers: Teachers<T> = createTeachers(options, settings, velocityOf, () => save())
  const save = (): void => {
    const position = { spent: ledger.spent, runs: teachers.known(), floor, trials: done }
    hooks.save(checkpointOf(termsOf(settings), position))
  }
  let trials: Trials | undefined
  const isBare = settings.recorded.some(({ states }) => states.length === 0)
  try {
    report()
    await teachers.prepare()
    stage = { stage: 'floor' }
    floor ??= await measureFloor(settings, teachers, velocityOf, ledger)
    save()
    trials = createTrials({
      walkerOf: (weighting) => openWalker(settings, teachers, velocityOf, weighting, pace),
      runs: teachers.seeds.length,
      // Runs without states cannot be walked, not even where that takes no evaluation.
      setup: () => (isBare ? Infinity : teachers.missing()),
      ledger,
      range: settings.range,
      known: done,
      onTrial: () => {
        done = trials!.done
        save()
      },
    })
    const onStage = (next: CalibrationProgress['stage'], budget: number): void => {
      stage = { stage: next, budget }
      report()
    }
    const { grams } = teachers
    const found = await planAll({ options, settings, grams, trials, ledger, pace, onStage })
    return await assemble({ options, settings, teachers, found, floor, spent: ledger.spent, pace })
  } finally {
    trials?.retain([])
    teachers.release()
  }
}

/** Prepares walking with the network: loads the runs and gives every evaluation a vector of its own. */
async function openWalker<T>(
  settings: Settings<T>,
  teachers: Teachers<T>,
  velocityOf: (seed: number) => Velocity<T>,
  { mode, parts, response }: Weighting,
  pace: Pace,
): Promise<Walker> {
  const { space, sigmas, depth, ridge, target, solver } = settings
  const runs = await teachers.load()
  const elements = await elementsOf(space, runs[0]!.states[0]!)
  const setup: JumpSetup<T> = {
    space,
    sigmas,
    elements,
    runs,
    prior: priorRule(target, solver, depth),
    depth,
    parts,
    fit: { ridge },
  }
  const velocities = runs.map((run) => velocityOf(run.seed))
  const evaluate = async (n: number, x: T, index: number, conditional: boolean): Promise<Evaluated<T>> => {
    const out = space.allocate(x)
    const branch = conditional ? 'conditional' : 'both'
    const guidance = parts === 2 && !conditional ? openSlot(space, x) : undefined
    const call = { index, branch, guidance, signal: undefined, out } as const
    const v = await velocities[n]!(x, sigmas[index]!, call)
    if (v !== out) space.linearCombination(out, [{ weight: 1, vector: v }])
    if (guidance === undefined) return { velocity: out }
    const term = filledSlot(guidance)
    subtract(space, out, term)
    return { velocity: out, guidance: term }
  }
  const rehearsals = await leaveOneOut(
    await rehearsalOptions(settings, teachers.grams, { parts, response }, pace),
  )
  return createWalker({ ...setup, mode, rehearsals, evaluate })
}
