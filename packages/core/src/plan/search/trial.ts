import type { Candidate } from './candidate.ts'

/** A candidate that has been walked. Plain data. */
export interface Trial extends Candidate {
  /** PSNR of the first runs, in their order. */
  readonly scores: readonly number[]
  readonly weights: readonly (readonly number[])[]
  /** Weight of the state in the last jump; left out where it was never walked. */
  readonly stateWeight?: number
}
