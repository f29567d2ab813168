import type { RgbImage, SampleResult, SampleStats } from '@fastflow/core'
import { psnrOfError } from '@fastflow/proxies'
import type { Flow } from '../flow.ts'
import type { PolicyDocument } from '../policy/document.ts'
import type { PaperState } from '../policy/paper.ts'

/** What one image cost. */
export interface GenerationStats extends SampleStats {
  /** Milliseconds inside the network. */
  readonly modelMs: number
  /**
   * dB to the full run of the same seed, estimated from landing mismatches; undefined where none were measured.
   * 100, the cap, for a calibration run, which is the full run itself.
   */
  readonly estimatedPsnr: number | undefined
}

export interface GeneratedImage {
  readonly image: RgbImage
  /** Position among the images of the call, from 0. */
  readonly index: number
  readonly seed: number
  readonly label: string
  readonly stats: GenerationStats
}

export interface GenerateResult {
  readonly images: readonly RgbImage[]
  /** The same images, each with its seed and what it cost. */
  readonly items: readonly GeneratedImage[]
  /** What the learning policy knows now; undefined for methods that learn nothing and where nothing was learned. */
  readonly policy: PolicyDocument<PaperState> | undefined
  /** Remarks for the user, such as why acceleration stayed off. */
  readonly notes: readonly string[]
}

/** Pixels span [-1, 1]. */
const PIXEL_RANGE = 2

export function statsOf(flow: Flow, { stats }: SampleResult<Float32Array, unknown>): GenerationStats {
  const modelMs = flow.modelMs()
  const { estimatedMse } = stats
  return {
    ...stats,
    modelMs,
    // What the velocity function spends beyond the network (copies, messages) is ours too.
    overheadMs: stats.overheadMs + Math.max(0, stats.velocityMs - modelMs),
    estimatedPsnr: estimatedMse === undefined ? undefined : psnrOfError(estimatedMse, PIXEL_RANGE),
  }
}
