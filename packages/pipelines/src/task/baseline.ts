import type { Schedule, Solver } from '@fastflow/core'

/** The full run: what a model's scheduler makes of a number of steps. */
export interface Baseline {
  readonly schedule: Schedule
  /** What the scheduler calls time at each step, one a grid interval; missing where networks are fed sigma. */
  readonly timesteps?: readonly number[]
  /** Missing where it is Euler's method. */
  readonly solver?: Solver
  /** Why acceleration stays off; missing where there is something to gain. */
  readonly staysOff?: string
}
