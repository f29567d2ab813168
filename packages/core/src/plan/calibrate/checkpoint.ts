import { FastFlowError, invalidArgument } from '../../errors.ts'
import type { PlanDocument } from '../document/document.ts'
import type { PlanFloor } from '../document/plan-floor.ts'
import type { Parts } from '../fit/route.ts'
import type { PlanTarget } from '../price/increments.ts'
import type { Trial } from '../search/trial.ts'

/** Where a calibration stands; plain JSON. Latents are not in it: runs are recorded again if more has to be walked. */
export interface Checkpoint {
  readonly version: 3
  readonly sigmas: readonly number[]
  readonly target: PlanTarget
  readonly depth: number
  readonly ridge: number
  readonly range: number
  /** 2 where the runs hold both parts of guided velocities. */
  readonly parts: Parts
  /** Evaluations made. */
  readonly spent: number
  readonly runs: readonly { readonly seed: number; readonly gram: readonly number[] }[]
  /** Undefined until it has been measured. */
  readonly floor: PlanFloor | undefined
  readonly trials: readonly Trial[]
  /** What was planned, with the held-out runs made so far; missing until certifying has begun. */
  readonly planned?: PlanDocument
}

type Terms = Pick<Checkpoint, 'sigmas' | 'target' | 'depth' | 'ridge' | 'range' | 'parts'>

/** A calibration with these settings that stands here. */
export function checkpointOf(
  { sigmas, target, depth, ridge, range, parts }: Terms,
  position: Pick<Checkpoint, 'spent' | 'runs' | 'floor' | 'trials'>,
): Checkpoint {
  return { version: 3, sigmas, target, depth, ridge, range, parts, ...position }
}

/** @throws FastFlowError `policy-unreadable` for a malformed checkpoint, `invalid-argument` for one of other options. */
export function checkCheckpoint(checkpoint: Checkpoint, terms: Terms): void {
  const whole = checkpoint.version === 3 && Array.isArray(checkpoint.runs) && Array.isArray(checkpoint.trials)
  if (!whole || !Number.isInteger(checkpoint.spent)) {
    const message = 'checkpoint: not one that this release wrote; start without it'
    throw new FastFlowError({ code: 'policy-unreadable', field: 'checkpoint', message })
  }
  for (const field of ['sigmas', 'target', 'depth', 'ridge', 'range', 'parts'] as const) {
    if (String(checkpoint[field]) === String(terms[field])) continue
    throw invalidArgument(`checkpoint.${field}`, 'differs from the options; start without the checkpoint')
  }
}
