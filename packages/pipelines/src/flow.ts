import type { FastFlowError, RgbImage, SampleStatus, Schedule, Velocity } from '@fastflow/core'

/** One generation, ready to be sampled by whatever method: what a pipeline hands to `sample`. */
export interface Flow {
  /** Initial noise, the same for the same seed on every platform. */
  readonly noise: Float32Array
  readonly velocity: Velocity<Float32Array>
  readonly schedule: Schedule
  readonly passesPerEvaluation: number
  /** Milliseconds inside the network so far. */
  modelMs(): number
  /** Planar pixels [3, height, width] of a final state, clipped to [-1, 1]. */
  pixels(x: Float32Array): Float32Array | Promise<Float32Array>
  /** 8-bit image of what {@link pixels} returned. */
  toImage(pixels: Float32Array): RgbImage
  /** The error for a run that did not complete. */
  failure(status: Exclude<SampleStatus, { kind: 'completed' }>): FastFlowError
}
