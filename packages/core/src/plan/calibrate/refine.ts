import type { OptionNames } from '../../check/options.ts'
import { checkOptions } from '../../check/options.ts'
import { checkFrontier } from '../document/check-frontier.ts'
import { type Plan, solverOf } from '../document/frontier.ts'
import { calibrate } from './calibrate.ts'
import type { CalibrateOptions } from './options.ts'

/** {@link CalibrateOptions} less what the plan itself says. */
export type RefineOptions<T = Float32Array> = Omit<
  CalibrateOptions<T>,
  | 'schedule'
  | 'solver'
  | 'start'
  | 'key'
  | 'budgets'
  | 'passes'
  | 'target'
  | 'depth'
  | 'range'
  | 'checkpoint'
  | 'onCheckpoint'
>

const names: OptionNames<RefineOptions> = {
  velocity: true,
  velocityOf: true,
  noise: true,
  space: true,
  evaluations: true,
  runs: true,
  seeds: true,
  recorded: true,
  guided: true,
  ridge: true,
  floorRuns: true,
  signal: true,
  certify: true,
  onProgress: true,
}

/**
 * Improves a plan with more runs: its schedules are tried first, beside what the new runs suggest. Fits and estimates rest
 * on the new runs alone, whose seeds no earlier run has had. A plan that is replaced takes its held-out runs along, since they
 * judged another one: `certify` makes new ones, or {@link validatePlan} afterwards.
 *
 * With `recorded` runs (ordinary generations that {@link createRecorder} listened to) the references cost nothing, and
 * `evaluations` pays for walking plans; no others are made then unless `runs` or `seeds` say so. Costs add up in the document.
 *
 * @throws FastFlowError as {@link calibrate} does.
 */
export async function refine<T = Float32Array>(plan: Plan, options: RefineOptions<T>): Promise<Plan> {
  checkFrontier('plan', plan)
  checkOptions('options', options, names)
  const { key, calibration } = plan.document
  const listened = (options.recorded ?? []).length > 0 && options.seeds === undefined
  return calibrate<T>({
    ...(listened && { runs: 0 }),
    ...options,
    start: plan,
    schedule: key.schedule,
    solver: solverOf(plan),
    budgets: plan.budgets,
    ...(plan.passes.length > 0 && { guided: true, passes: plan.passes }),
    key,
    target: key.target,
    depth: key.basis.depth,
    range: calibration.range,
  })
}
