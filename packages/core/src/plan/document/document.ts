import type { PlanTarget } from '../price/increments.ts'
import type { GuidanceInterval } from './guidance-interval.ts'
import type { PlanFloor } from './plan-floor.ts'
import type { PlannedSteps } from './planned-steps.ts'
import type { PlanQuality } from './quality.ts'

/** Everything that changes the statistics a plan rests on; a run that differs in any of it needs another plan. */
export interface PlanKey {
  /** SHA-256 of the model, hex; null where the caller named none. The same holds for the other nullable fields. */
  readonly model: string | null
  readonly schedule: { readonly name: string; readonly sigmas: readonly number[] }
  readonly guidance: number | null
  /** Lowest and highest sigma at which guidance acts; missing where it acts at all of them. */
  readonly guidanceInterval?: GuidanceInterval
  /** Dimensions of the latent. */
  readonly dims: readonly number[] | null
  readonly dtype: string | null
  readonly basis: { readonly order: 'newest-first'; readonly depth: number }
  readonly target: PlanTarget
  /** Name of the solver that takes the steps of the full run; missing where that is Euler. */
  readonly solver?: string
}

/** One point of the frontier. */
export interface PlanEntry extends PlannedSteps {
  /** Evaluations (of a joint plan: passes) it was planned for; it may use fewer where more did not help. */
  readonly budget: number
  readonly nfe: number
  readonly quality: PlanQuality
  /** PSNR of each held-out run, rounded down: what certificates rest on. Empty until the plan has been validated. */
  readonly scores: readonly number[]
  /** Seeds of those runs, in the same order: each once, and none of `calibration.seeds`. */
  readonly scoredOn: readonly number[]
}

/** What the calibration consumed and rested on. */
export interface PlanCalibration {
  /** Runs that chose or fitted plans of this document, or of one that it came from. */
  readonly seeds: readonly number[]
  /** Runs that judged such plans and did nothing else. */
  readonly heldOut: readonly number[]
  /** Evaluations made for it, recorded runs included. */
  readonly evaluations: number
  /** The same in full generations of the baseline. */
  readonly fullGenerations: number
  /** Evaluations of runs that happened anyway and were only listened to; not part of `evaluations`. */
  readonly borrowed: number
  /** Peak-to-peak range behind every PSNR. */
  readonly range: number
}

/**
 * A frontier as plain JSON, a few kB. {@link parsePlan} still reads versions 1 to 3 and turns them into this one: they do not
 * say which runs were held out, so they certify nothing until {@link validatePlan} has added runs. Versions 1 and 2 know no
 * weight of the state, version 1 no plans that treat the parts of guidance apart.
 */
export interface PlanDocument {
  readonly format: 'fastflow-plan'
  readonly version: 4
  readonly key: PlanKey
  readonly calibration: PlanCalibration
  readonly floor: PlanFloor
  /** Sorted by budget. */
  readonly plans: readonly PlanEntry[]
  /** Joint plans of guided velocities, sorted by budget, which counts network passes here. */
  readonly joint?: readonly PlanEntry[]
}

/** Nine digits are more than float32 states can tell apart. */
export const compact = (value: number, digits = 9): number => Number(value.toPrecision(digits))
