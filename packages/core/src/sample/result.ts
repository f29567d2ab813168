import type { Decision } from '../policy/policy.ts'

/** How a run ended; anything but `completed` says what happened and what to do about it. */
export type SampleStatus =
  | { readonly kind: 'completed' }
  /** `reason` is the signal's. */
  | { readonly kind: 'aborted'; readonly step: number; readonly remedy: string; readonly reason: unknown }
  | { readonly kind: 'stopped'; readonly step: number; readonly remedy: string }
  | { readonly kind: 'non-finite'; readonly step: number; readonly sigma: number; readonly remedy: string }

/** One evaluation and the decision that followed it. */
export interface TraceEntry {
  readonly index: number
  readonly sigma: number
  readonly mismatch: number | undefined
  readonly relativeChange: number | undefined
  readonly decision: Decision
}

/** What a run cost and did. */
export interface SampleStats {
  /** Evaluations of the velocity. */
  readonly nfe: number
  /** Network passes: with guidance two an evaluation, one where the guidance term was forecast. */
  readonly passes: number
  readonly steps: number
  /**
   * One letter a grid step: C evaluated, G evaluated under the condition alone with the guidance term forecast, S skipped.
   * Shorter than `steps` when the run did not complete.
   */
  readonly decisions: string
  /** Mismatch at each landing where one was measured, in order. */
  readonly mismatches: readonly number[]
  /**
   * Estimated mean squared difference of the final state to that of a full run, from the landing
   * mismatches; undefined when none were measured. Optimistic: it knows nothing of how the flow carries errors on.
   */
  readonly estimatedMse: number | undefined
  /** Milliseconds inside the velocity function; 0 without a clock. */
  readonly velocityMs: number
  /** Milliseconds of everything else, the policy and `onStep` included; 0 without a clock. */
  readonly overheadMs: number
}

export interface SampleResult<T, State> {
  /** The state at sigma 0, or where the run stopped. A new vector; the caller owns it. */
  readonly x: T
  readonly status: SampleStatus
  readonly stats: SampleStats
  /** What the policy knows now; pass it to the next run as `policyState`. */
  readonly policyState: State
  readonly trace: readonly TraceEntry[]
}

/** What `onStep` sees after each jump. */
export interface StepEvent<T> {
  /** Grid index just reached. */
  readonly index: number
  readonly numSteps: number
  /** Grid steps passed without an evaluation in this jump. */
  readonly skipped: number
  /** What became of the grid steps of this jump, one letter each as in {@link SampleStats}: C or G, then an S for each skipped. */
  readonly decisions: string
  readonly nfe: number
  readonly sigma: number
  /** State at `sigma`; valid during the call only, copy it to keep it. */
  readonly x: T
  /**
   * Velocity the jump started with, without the guidance term where that was forecast; `x - sigma velocity` previews the
   * result.
   */
  readonly velocity: T
}
