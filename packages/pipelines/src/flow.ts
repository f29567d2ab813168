import type { RgbImage, Schedule, Velocity } from '@fastflow/core'

/** One generation, ready to be sampled by whatever method: what a pipeline hands to `sample`. */
export interface Flow {
  /** Initial noise, the same for the same seed on every platform. */
  readonly noise: Float32Array
  readonly velocity: Velocity<Float32Array>
  readonly schedule: Schedule
  readonly passesPerEvaluation: number
  /** Milliseconds inside the network so far. */
  modelMs(): number
  /** The image of a final state. */
  decode(x: Float32Array): RgbImage
}
