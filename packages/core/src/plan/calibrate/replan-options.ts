import { checkOptions, type OptionNames } from '../../check/options.ts'
import { checkNumber, checkOneOf, checkWhole } from '../../check/values.ts'
import type { Schedule } from '../../schedule/schedule.ts'
import type { Plan } from '../document/frontier.ts'
import { checkCalibration } from './check-calibration.ts'
import type { CalibrateOptions } from './options.ts'

/** How far {@link replan} goes where a plan is worse than it was; each costs more than the one before it. */
export type ReplanLevel = 'check' | 'refit' | 'search'

export interface ReplanOptions<T = Float32Array>
  extends Pick<
    CalibrateOptions<T>,
    | 'velocity'
    | 'velocityOf'
    | 'noise'
    | 'space'
    | 'guided'
    | 'evaluations'
    | 'seeds'
    | 'recorded'
    | 'key'
    | 'signal'
    | 'onProgress'
  > {
  /** Grid of the changed model's runs. Default: that of the plan. */
  readonly schedule?: Schedule
  /** Full runs to check with, besides `recorded` ones. Default 2, or none with `recorded` ones. */
  readonly runs?: number
  /** Default `refit`. A search has no more to go by than {@link calibrate} has, and may come out behind the old plan. */
  readonly upTo?: ReplanLevel
  /** How far the mean of a plan, dB, may lie below what it was before the plan counts as worse. Default 3. */
  readonly tolerance?: number
}

/** What became of one plan. */
export interface ReplannedBudget {
  /** Evaluations, or `{ passes }` of a joint plan. */
  readonly budget: number | { readonly passes: number }
  /** `kept`: as it was; `refitted`: the same evaluations with other weights; `searched`: planned anew. */
  readonly outcome: 'kept' | 'refitted' | 'searched'
  /** Mean PSNR it had on what it was made for, dB; undefined where that was never measured. */
  readonly before: number | undefined
  /** Mean PSNR now, on the runs that checked or made it. */
  readonly after: number
  /** Whether it is within the tolerance of what it was, or within twice that and weights fitted to the changed model do no better. */
  readonly holds: boolean
}

export interface Replanned {
  readonly plan: Plan
  readonly budgets: readonly ReplannedBudget[]
  /** Evaluations made for it. */
  readonly evaluations: number
}

const names: OptionNames<ReplanOptions> = {
  velocity: true,
  velocityOf: true,
  noise: true,
  space: true,
  guided: true,
  evaluations: true,
  seeds: true,
  recorded: true,
  key: true,
  signal: true,
  onProgress: true,
  schedule: true,
  runs: true,
  upTo: true,
  tolerance: true,
}

export const usualTolerance = 3

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkReplan<T>(plan: Plan, options: ReplanOptions<T>): void {
  checkOptions('options', options, names)
  const { schedule = plan.document.key.schedule } = options
  checkCalibration({ ...options, schedule })
  if (options.upTo !== undefined) checkOneOf('upTo', options.upTo, ['check', 'refit', 'search'])
  if (options.tolerance !== undefined) checkNumber('tolerance', options.tolerance, 0)
  if (options.runs !== undefined) checkWhole('runs', options.runs, 0)
}
