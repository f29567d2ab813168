import type { RgbImage, SkipPolicy, StepEvent } from '@fastflow/core'
import type { OptionNames } from '@fastflow/core/backend'
import type { AutoAcceleration, PlanAcceleration } from '../plan/options.ts'
import type { PaperAcceleration } from '../policy/options.ts'
import type { Picture } from '../state/picture.ts'
import type { TargetAcceleration } from '../target/options.ts'
import { type FlowOptions, flowNames } from '../task/options.ts'
import type { GeneratedImage } from './result.ts'

/** A policy of the caller's, used as it is; it learns nothing from one image to the next. */
export interface CustomAcceleration {
  readonly method: 'custom'
  readonly policy: SkipPolicy
}

export const customNames: OptionNames<CustomAcceleration> = { method: true, policy: true }

/** Which steps are evaluated: `off` is the full run, `auto` follows or makes a plan where there is something to gain. */
export type Accelerate =
  | 'off'
  | 'auto'
  | 'plan'
  | 'paper'
  | AutoAcceleration
  | PlanAcceleration
  | PaperAcceleration
  | CustomAcceleration
  | TargetAcceleration

/** What `onStep` sees after each jump. */
export interface GenerateStep extends Omit<StepEvent<unknown>, 'x' | 'velocity'> {
  /** Position of the image or clip among those of the call, from 0. */
  readonly image: number
  /**
   * A rough, small image of what is coming, one pixel a latent, without running a network; of a clip the first frame, or
   * the one asked for. Call it during the event. Undefined where the model does not say how its latents look.
   *
   * Where states live on a graphics card this reads one back, and nothing else does.
   */
  preview(frame?: number): Promise<RgbImage | undefined>
  /** A copy of the state; call it during the event. Reads it back where it lives on a graphics card. */
  state(): Promise<Float32Array>
}

export interface GenerateOptions extends FlowOptions {
  /** Image i is computed from `seed + i`, so each can be reproduced alone. Default 0. */
  readonly seed?: number
  /** Number of images or clips, default 1. */
  readonly count?: number
  /** Default `off`. */
  readonly accelerate?: Accelerate
  /** After every jump; returning false stops with an error of code `aborted`. */
  readonly onStep?: (event: GenerateStep) => unknown
  /** As soon as an image or clip is ready; what was delivered is kept when a later one fails. Awaited. */
  readonly onImage?: (image: GeneratedImage<Picture>) => unknown
  /** Milliseconds of a monotonic clock, e.g. `() => performance.now()`, for the timings. */
  readonly clock?: () => number
}

export const generateNames: OptionNames<GenerateOptions> = {
  ...flowNames,
  count: true,
  accelerate: true,
  onStep: true,
  onImage: true,
  clock: true,
}
