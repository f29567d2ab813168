import type { Frontier, PlanDocument, RgbImage, SkipPolicy, StepEvent } from '@fastflow/core'
import type { PolicyDocument } from '../policy/document.ts'
import type { PaperOptions } from '../policy/paper.ts'
import type { TargetAcceleration } from '../target/options.ts'
import type { FlowOptions, RunSettings } from '../task/options.ts'
import type { GeneratedImage } from './result.ts'

/** The policy of the FastFlow paper, which learns online from call to call. */
export interface PaperAcceleration extends PaperOptions {
  readonly method: 'paper'
  /** Start from this document instead of what is stored; what is learned on top replaces what is stored. */
  readonly policy?: PolicyDocument
  /** Ignore what is stored and start learning anew; what is learned replaces it. Default false. */
  readonly fresh?: boolean
  /** False applies what was learned and learns nothing: the same seed then is the same image. Default true. */
  readonly learn?: boolean
}

/** Plans made by `calibrate`, or from the first image where there are none yet; they do not change while they are used. */
export interface PlanAcceleration {
  readonly method: 'plan'
  /**
   * Follow this instead of what is stored or shipped with the model: what `calibrate` or `parsePlan` returned, or its
   * document.
   */
  readonly plan?: PlanDocument | Frontier
  /** Evaluations an image: the largest planned number of at most this many. Default 12, or the nearest planned. */
  readonly nfe?: number
  /**
   * Instead of `nfe`, with guidance: the best plan of at most this many network passes, two an evaluation, or one where
   * the guidance term is forecast. Without guidance a pass is an evaluation.
   */
  readonly passes?: number
  /**
   * Instead of `nfe`: the cheapest plan certified to come within this many dB of its target. The full run, and a note,
   * where none is. Certified are plans with enough held-out runs, such as `calibrate({ certify })` makes.
   */
  readonly psnr?: number
  /** Share of images that have to reach `psnr`, between 0 and 1. Default 0.95. */
  readonly confidence?: number
}

/** Whatever is best for the model at hand: see {@link PlanAcceleration} for what can be asked of it. */
export interface AutoAcceleration extends Pick<PlanAcceleration, 'nfe' | 'passes' | 'psnr' | 'confidence'> {
  readonly method: 'auto'
}

/** A policy of the caller's, used as it is; it learns nothing from one image to the next. */
export interface CustomAcceleration {
  readonly method: 'custom'
  readonly policy: SkipPolicy
}

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
  readonly onImage?: (image: GeneratedImage) => unknown
  /** Milliseconds of a monotonic clock, e.g. `() => performance.now()`, for the timings. */
  readonly clock?: () => number
}

/** What a learned policy depends on: the run, and the options of the policy. */
export interface PolicyKeyOptions extends RunSettings, PaperOptions {}
