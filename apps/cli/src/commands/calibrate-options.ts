import type { ReplanLevel } from '@fastflow/core'
import type { RunOptions } from '../run-options.ts'
import type { ModelOptions } from '../session.ts'

export interface CalibrateCommandOptions extends ModelOptions, RunOptions {
  readonly method: 'plan' | 'paper'
  readonly out: string
  readonly evaluations?: number
  /** Confidence that plans are to be certified for. */
  readonly certify?: number
  readonly nfe?: readonly number[]
  readonly passes?: readonly number[]
  /** A plan whose budgets are kept where they are not planned for. */
  readonly start?: string
  /** A plan made for another model, guidance, size or number of steps, to keep what still does well of. */
  readonly replan?: string
  readonly upTo?: ReplanLevel
  /** File of what the runs show instead of the model's own subjects. */
  readonly cases?: string
  readonly target?: 'baseline' | 'exact'
  readonly generations?: number
  readonly arms?: readonly number[]
  readonly json?: boolean
}

/** Before it is known whether runs are made, which takes a model. */
export type GivenCalibrateOptions = Omit<CalibrateCommandOptions, 'model' | 'out'> & {
  readonly model?: string
  readonly out?: string
  /** Files of recorded runs to plan from, in place of runs that are made. */
  readonly recorded?: readonly string[]
}
