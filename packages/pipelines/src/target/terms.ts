import type { DriftState, RateCounts } from '@fastflow/bandits'
import type { Goal } from './goal.ts'
import type { Learner } from './learner.ts'
import type { QualityTable } from './quality-table.ts'

/** What was measured of one plan. */
export interface Outcomes extends RateCounts {
  /** Quality lost, summed over the runs: 0 where all equal the full run, at most `runs`. */
  readonly lost: number
}

/** Everything learned while serving. Plain JSON. */
export interface TargetState {
  readonly version: 4
  readonly served: number
  /** Requests each arm was served for since the last alarm. */
  readonly taken: readonly number[]
  /** What was measured of each plan since the last alarm. */
  readonly online: readonly Outcomes[]
  /** State of the bandit. */
  readonly learner: unknown
  /** One detector for each part of the trajectory. */
  readonly drift: readonly DriftState[]
  /** Landings of the last request that had any, in standard deviations, over all parts. */
  readonly previous: number
  /** Requests served when the landings last stopped looking like those measured; null while they do. */
  readonly alarm: number | null
}

/** What a state starts from and is updated by. */
export interface Terms {
  readonly goal: Goal
  /** Evaluations of the plans, increasing, and of the full run. */
  readonly arms: readonly number[]
  readonly table: QualityTable | undefined
  /** Evaluations that every two arms have in common. */
  readonly shared: readonly (readonly number[])[]
  readonly learner: Learner
}
