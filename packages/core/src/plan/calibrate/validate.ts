import { checkOptions, type OptionNames } from '../../check/options.ts'
import { checkWhole } from '../../check/values.ts'
import type { Velocity } from '../../ports/velocity.ts'
import { certificateCost, usualConfidence } from '../document/certificate.ts'
import { checkFrontier } from '../document/check-frontier.ts'
import { compact, type PlanDocument } from '../document/document.ts'
import { createFrontier, type Plan, solverOf } from '../document/frontier.ts'
import type { HeldOutRun } from '../document/held-out.ts'
import { entriesOf, withRuns } from '../document/held-out.ts'
import { usedSeeds } from '../document/seeds.ts'
import { costOfRun, recordTrajectory } from '../record/record.ts'
import type { Trajectory } from '../record/trajectory.ts'
import { releaseTrajectory } from '../record/trajectory.ts'
import { createLedger } from '../search/ledger.ts'
import { checkCalibration } from './check-calibration.ts'
import { followPlan } from './follow.ts'
import type { CalibrateOptions, CalibrationProgress } from './options.ts'
import type { Settings } from './settings.ts'
import { checkEnough, settingsOf } from './settings.ts'

/** What validation reads of {@link CalibrateOptions}. */
export interface ValidateOptions<T = Float32Array>
  extends Pick<
    CalibrateOptions<T>,
    | 'velocity'
    | 'velocityOf'
    | 'noise'
    | 'space'
    | 'recorded'
    | 'seeds'
    | 'evaluations'
    | 'signal'
    | 'onProgress'
  > {
  /** Held-out runs to make, besides `recorded` ones. Default: as many as `seeds`, or what `certify` takes. */
  readonly runs?: number
  /** Makes the runs that plans lack for a target of this confidence, see {@link certificateCost}. Default 0.95. */
  readonly certify?: number
}

const names: OptionNames<ValidateOptions> = {
  velocity: true,
  velocityOf: true,
  noise: true,
  space: true,
  recorded: true,
  runs: true,
  seeds: true,
  evaluations: true,
  signal: true,
  onProgress: true,
  certify: true,
}

/** What calibration hears of a validation. */
export interface ValidateHooks {
  readonly onRun?: (plan: Plan, spent: number) => void
}

/**
 * Adds held-out runs to the quality of plans without changing them: each is followed from noises that no run behind this
 * document has seen, and compared with the full run of the plan's solver. This is what certified targets ({@link Plan.for}) live on; without
 * `runs` and `seeds` it makes as many as those need.
 *
 * Seeds are fresh by construction. Of `seeds` and `recorded` runs those are passed over, at no cost, that come twice or that chose,
 * fitted or judged plans of this document before: a noise counts once.
 *
 * Cost per run: the full run (nothing where it is in `recorded`) and the evaluations of every plan. `evaluations` has
 * to cover it; it defaults to exactly that. Memory: the states of one run.
 *
 * @throws FastFlowError as {@link calibrate} does.
 */
export async function validatePlan<T = Float32Array>(plan: Plan, options: ValidateOptions<T>): Promise<Plan> {
  checkFrontier('plan', plan)
  checkOptions('options', options, names)
  checkCalibration({ ...options, schedule: plan.document.key.schedule })
  return validate(plan, options, {})
}

/** {@link validatePlan}, telling after each run how far it is. */
export async function validate<T>(
  plan: Plan,
  options: ValidateOptions<T>,
  { onRun }: ValidateHooks,
): Promise<Plan> {
  const runs = unseenRuns(plan, options)
  if (runs.recorded.length + runs.seeds.length === 0) return plan
  const { key, calibration } = plan.document
  const oneRun = costOfRun(key.schedule.sigmas.length - 1, key.target)
  const walks = entriesOf(plan.document).reduce((sum, { nfe }) => sum + nfe, 0)
  const needed = runs.seeds.length * (oneRun + walks) + runs.recorded.length * walks
  const { schedule, target } = key
  const solver = solverOf(plan)
  const { range } = calibration
  const given = { ...options, ...runs, schedule, solver, target, range, budgets: plan.budgets }
  const { certify: _, ...rest } = given
  const settings = settingsOf<T>({
    ...rest,
    runs: runs.seeds.length,
    evaluations: options.evaluations ?? needed,
  })
  const { space } = settings
  const report = (spent: number, stage: CalibrationProgress['stage'] = 'certify'): void =>
    options.onProgress?.({ stage, evaluations: spent, limit: settings.evaluations })
  const { ledger, count } = createLedger<T>(settings.space, settings.evaluations, 0, options.signal, report)
  const velocityOf = (seed: number): Velocity<T> =>
    count(options.velocityOf ? options.velocityOf(seed) : options.velocity!)
  const done: HeldOutRun[] = []
  const sofar = (): Plan => createFrontier(documentWith(plan.document, done, ledger.spent, settings), solver)
  report(0)
  for (const source of [...settings.recorded, ...settings.seeds]) {
    const made = typeof source === 'number'
    if (ledger.left < walks + (made ? oneRun : 0)) break
    const seed = made ? source : source.seed
    const velocity = velocityOf(seed)
    const run = made
      ? await recordTrajectory({
          velocity,
          schedule,
          solver,
          space,
          noise: options.noise!(seed),
          seed,
          target,
          ...(options.signal && { signal: options.signal }),
        })
      : source
    try {
      done.push({ seed, scores: await scoresOf(plan, run, velocity, settings) })
    } finally {
      if (made) releaseTrajectory(settings.space, run)
    }
    onRun?.(sofar(), ledger.spent)
  }
  report(ledger.spent, 'done')
  return sofar()
}

/** The runs that are to judge and may: no noise twice, and none that the document knows. */
function unseenRuns<T>(
  plan: Plan,
  { recorded = [], runs, seeds, certify }: ValidateOptions<T>,
): { readonly recorded: readonly Trajectory<T>[]; readonly seeds: readonly number[] } {
  const ledger = usedSeeds(plan.document)
  const unseen = recorded.filter(({ seed }) => ledger.take([seed]).length > 0)
  if (runs !== undefined) checkWhole('runs', runs, 0)
  if (seeds !== undefined) {
    checkEnough(seeds, runs ?? 0)
    return { recorded: unseen, seeds: ledger.take(seeds.slice(0, runs)) }
  }
  const listened = recorded.length > 0 && certify === undefined ? 0 : undefined
  const lacking = (): number =>
    Math.max(0, certificateCost(plan, certify ?? usualConfidence).runs - unseen.length)
  return { recorded: unseen, seeds: ledger.fresh(runs ?? listened ?? lacking()) }
}

async function scoresOf<T>(
  plan: Plan,
  run: Trajectory<T>,
  velocity: Velocity<T>,
  settings: Settings<T>,
): Promise<number[]> {
  const scores: number[] = []
  for (const entry of entriesOf(plan.document))
    scores.push(Math.floor((await followPlan(entry, run, velocity, settings)) * 100) / 100)
  return scores
}

function documentWith<T>(
  document: PlanDocument,
  runs: readonly HeldOutRun[],
  spent: number,
  { numSteps, recorded }: Settings<T>,
): PlanDocument {
  const judged = withRuns(document, runs)
  const { calibration } = judged
  const evaluations = calibration.evaluations + spent
  const heard = recorded.slice(0, runs.length).reduce((sum, run) => sum + run.nfe, 0)
  return {
    ...judged,
    calibration: {
      ...calibration,
      evaluations,
      fullGenerations: compact(evaluations / numSteps, 4),
      borrowed: calibration.borrowed + heard,
    },
  }
}
