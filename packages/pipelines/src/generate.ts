import type { AbortSignalLike, RgbImage, SampleStats, SkipPolicy, StepEvent } from '@fastflow/core'
import type { PolicyDocument } from './policy/document.ts'
import type { PaperOptions } from './policy/paper.ts'

/** Options of {@link Accelerate} `paper`, the policy that learns online from call to call. */
export interface PaperAcceleration extends PaperOptions {
  readonly method: 'paper'
  /** Start from this document instead of what the pipeline has learned or stored. */
  readonly policy?: PolicyDocument
  /** Ignore what is stored and start learning anew. Default false. */
  readonly fresh?: boolean
  /** False applies what was learned and learns nothing. Default true. */
  readonly learn?: boolean
}

/** A policy of the caller's, used as it is and not stored. */
export interface CustomAcceleration {
  readonly method: 'custom'
  readonly policy: SkipPolicy<undefined>
}

/** Which steps are evaluated: `off` is the full run. */
export type Accelerate = 'off' | 'paper' | PaperAcceleration | CustomAcceleration

export interface GenerateOptions {
  /** Image i is computed from `seed + i`, so each can be reproduced alone. A whole number, default 0. */
  readonly seed?: number
  readonly count?: number
  /** Steps of the full grid. Default: the model's. */
  readonly numSteps?: number
  /** 1 switches guidance off and halves the network passes. Default: the model's. */
  readonly guidanceScale?: number
  readonly accelerate?: Accelerate
  readonly signal?: AbortSignalLike
  /** After every jump of image `image`; returning false stops with an error of code `aborted`. */
  readonly onStep?: (event: StepEvent<Float32Array> & { readonly image: number }) => unknown
  /** As soon as an image is ready; what was delivered is kept when a later one fails. */
  readonly onImage?: (image: GeneratedImage) => unknown
  /** Milliseconds of a monotonic clock, e.g. `performance.now`, for the timings. */
  readonly clock?: () => number
}

/** What one image cost. */
export interface GenerationStats extends SampleStats {
  /** Milliseconds inside the network. */
  readonly modelMs: number
  /** dB to the full run of the same seed, estimated from landing mismatches; undefined without any. */
  readonly estimatedPsnr: number | undefined
}

export interface GeneratedImage {
  readonly image: RgbImage
  readonly index: number
  readonly seed: number
  readonly label: string
  readonly stats: GenerationStats
}

export interface GenerateResult {
  readonly images: readonly RgbImage[]
  readonly items: readonly GeneratedImage[]
  /** What the learning policy knows now; undefined for methods that learn nothing. */
  readonly policy: PolicyDocument | undefined
  /** Remarks for the user, such as why acceleration stayed off. */
  readonly notes: readonly string[]
}
