import { checkOptions, type OptionNames } from '../check/options.ts'
import { calibrate } from './calibrate.ts'
import { checkFrontier } from './check-frontier.ts'
import type { Frontier } from './frontier.ts'
import type { CalibrateOptions } from './options.ts'

/** {@link CalibrateOptions} less what the plan itself says. */
export type RefineOptions<T = Float32Array> = Omit<
  CalibrateOptions<T>,
  | 'schedule'
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
  onProgress: true,
}

/**
 * Improves a plan with more runs: its schedules are tried first, beside what the new runs suggest. Fits and quality rest
 * on the new runs alone, so that they stay held out from the choices made before.
 *
 * With `recorded` runs (ordinary generations that {@link createRecorder} listened to) the references cost nothing, and
 * `evaluations` pays for walking plans. Costs add up in the document.
 *
 * @throws FastFlowError as {@link calibrate} does.
 */
export async function refine<T = Float32Array>(plan: Frontier, options: RefineOptions<T>): Promise<Frontier> {
  checkFrontier('plan', plan)
  checkOptions('options', options, names)
  const { key, calibration } = plan.document
  return calibrate<T>({
    ...options,
    runs: options.runs ?? options.seeds?.length ?? 0,
    start: plan,
    schedule: key.schedule,
    budgets: plan.budgets,
    ...(plan.passes.length > 0 && { guided: true, passes: plan.passes }),
    key,
    target: key.target,
    depth: key.basis.depth,
    range: calibration.range,
  })
}
