import type {
  AbortSignalLike,
  FastFlowError,
  PassCount,
  RgbImage,
  SampleStatus,
  Schedule,
  Solver,
  StepEvent,
  Velocity,
} from '@fastflow/core'

/**
 * One generation, ready to be sampled by whatever method: what a pipeline hands to `sample`. States are of type T, plain
 * arrays in what `Pipeline.prepare` returns.
 */
export interface Flow<T = Float32Array> {
  /** The class name or the prompt. */
  readonly caption: string
  /** Initial noise, the same for the same seed on every platform. */
  readonly noise: T
  /** @throws FastFlowError `invalid-argument` for states of another size, as `x` or as `call.out`. */
  readonly velocity: Velocity<T>
  readonly schedule: Schedule
  /** Takes the steps of the full run, for `sample({ solver })`; missing where that is Euler's method. */
  readonly solver?: Solver
  readonly passesPerEvaluation: PassCount
  /** Frames of a clip; 1 for an image. */
  readonly numFrames: number
  /** Frames a second of a clip; undefined for an image. */
  readonly fps: number | undefined
  /** Milliseconds inside the network so far. */
  modelMs(): number
  /**
   * Planar pixels [numFrames, 3, height, width] of a final state, clipped to [-1, 1].
   *
   * @throws FastFlowError `aborted` where the signal says so before a batch of frames is decoded.
   */
  pixels(x: T, signal?: AbortSignalLike): Promise<Float32Array>
  /** 8-bit image of what {@link pixels} returned; of a clip the first frame, or the one asked for. */
  toImage(pixels: Float32Array, frame?: number): RgbImage
  /**
   * A rough, small image of where the run is heading, `x - sigma velocity`, without running a network: one pixel a
   * latent. Undefined where the model does not say how its latents look (`latent_rgb_factors`).
   */
  preview(
    event: Pick<StepEvent<T>, 'x' | 'velocity' | 'sigma'>,
    frame?: number,
  ): Promise<RgbImage | undefined>
  /** The error for a run that did not complete. */
  failure(status: Exclude<SampleStatus, { kind: 'completed' }>): FastFlowError
}

/** All frames of what {@link Flow.pixels} returned; of an image the one there is. */
export function framesOf(
  { numFrames, toImage }: Pick<Flow, 'numFrames' | 'toImage'>,
  pixels: Float32Array,
): readonly RgbImage[] {
  return Array.from({ length: numFrames }, (_, frame) => toImage(pixels, frame))
}
