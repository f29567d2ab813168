import type { AbortSignalLike, PlanDocument, SkipPolicy, StepEvent } from '@fastflow/core'
import type { PolicyDocument } from '../policy/document.ts'
import type { PaperOptions } from '../policy/paper.ts'
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
  /** Follow this document instead of what is stored or shipped with the model. */
  readonly plan?: PlanDocument
  /** Evaluations an image: the largest planned number of at most this many. Default 12, or the nearest planned. */
  readonly nfe?: number
  /**
   * Instead of `nfe`: the cheapest plan certified to come within this many dB of its target. The full run, and a note,
   * where none is. Certified are plans of a calibration with enough held-out runs; one run is never enough.
   */
  readonly psnr?: number
  /** Share of images that have to reach `psnr`, between 0 and 1. Default 0.95. */
  readonly confidence?: number
}

/** A policy of the caller's, used as it is; it learns nothing from one image to the next. */
export interface CustomAcceleration {
  readonly method: 'custom'
  readonly policy: SkipPolicy
}

/** Which steps are evaluated: `off` is the full run. */
export type Accelerate = 'off' | 'paper' | 'plan' | PaperAcceleration | PlanAcceleration | CustomAcceleration

/** What fixes one generation, whatever samples it. */
export interface FlowOptions {
  /** A whole number from 0 to 4294967295, default 0. */
  readonly seed?: number
  /** Steps of the full grid, 1 to 10000. Default: the model's. */
  readonly numSteps?: number
  /** 0 to 100; 1 switches guidance off and halves the network passes. Default: the model's. */
  readonly guidanceScale?: number
}

export interface GenerateOptions extends FlowOptions {
  /** Image i is computed from `seed + i`, so each can be reproduced alone. Default 0. */
  readonly seed?: number
  /** Number of images, default 1. */
  readonly count?: number
  /** Default `off`. */
  readonly accelerate?: Accelerate
  /** Stops at the next step with an error of code `aborted`. */
  readonly signal?: AbortSignalLike
  /** After every jump of image `image`; returning false stops with an error of code `aborted`. */
  readonly onStep?: (event: StepEvent<Float32Array> & { readonly image: number }) => unknown
  /** As soon as an image is ready; what was delivered is kept when a later one fails. Awaited. */
  readonly onImage?: (image: GeneratedImage) => unknown
  /** Milliseconds of a monotonic clock, e.g. `() => performance.now()`, for the timings. */
  readonly clock?: () => number
}

/** What a learned policy depends on: the run, and the options of the policy. */
export interface PolicyKeyOptions extends Omit<FlowOptions, 'seed'>, PaperOptions {}
