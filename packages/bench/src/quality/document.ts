import type { GuidanceInterval } from '@fastflow/core'
import type { Summary } from '@fastflow/proxies'
import type { Interval } from '../document.ts'

/** A figure of one method and how far it is from the full run's on the same samples, with a 95 % interval. */
export interface Figure {
  readonly mean: number
  readonly change: Interval
}

/** One method over all samples. Times are milliseconds a sample. */
export interface QualityRow {
  /** `full` or `plan-12`. */
  readonly method: string
  readonly nfe: number
  readonly passes: number
  readonly modelMs: number
  readonly wallMs: number
  /** Wall time of `full` over that of this method, median of the per-sample ratios. */
  readonly speedup: number
  /** dB to the own full run, of a clip the mean over its frames; 100, the cap, for the full run itself. */
  readonly psnr: Summary
  /** RMS contrast, of a clip the mean over its frames, in [0, 0.5]. Change as a share of the full run's. */
  readonly contrast?: Figure
  /** Score of the picture, or mean over the frames, for its caption. Change as a share of the full run's. */
  readonly fit?: Figure
  /** dB to the true picture. Change in dB. */
  readonly target?: Figure
  /** Distance of all pictures to the true ones. Change as a share of the full run's. */
  readonly frechet?: { readonly distance: number; readonly change: number }
  /** Mean cosine of consecutive frames' features. Change as a share of the full run's. */
  readonly consistency?: Figure
  /** Mean absolute difference of consecutive frames, in [0, 1]. Change as a share of the full run's. */
  readonly motion?: Figure
}

/** What `fastflow bench --quality --json` prints. */
export interface QualityDocument {
  readonly version: 1
  readonly model: string
  readonly task: string
  readonly steps: number
  readonly guidanceScale: number
  /** Where guidance acts; missing where it acts at all noise levels. */
  readonly guidanceInterval?: GuidanceInterval
  /** Of each clip; models of pictures have none. */
  readonly frames?: number
  readonly samples: number
  readonly seed: number
  /** File the cases came from; null where they were the model's own list. */
  readonly cases: string | null
  /** Versions of what computed `fit` and the features behind `frechet` and `consistency`; null without a scorer. */
  readonly scorer: { readonly score: string; readonly features: string } | null
  readonly rows: readonly QualityRow[]
}
