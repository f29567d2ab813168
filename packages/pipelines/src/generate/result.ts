import type { PlanDocument, PlanQuality, RgbImage, SampleStats } from '@fastflow/core'
import type { Flow } from '../flow.ts'
import type { Sampled } from '../policy/acceleration.ts'
import type { PolicyDocument } from '../policy/document.ts'
import type { PaperState } from '../policy/paper-state.ts'
import type { TargetQuality } from '../policy/target-quality.ts'
import type { Picture } from '../state/picture.ts'

/**
 * What one image cost.
 *
 * The sampler's `estimatedMse` is left out: it knows nothing of how the flow carries early errors on, and has been wrong by
 * a factor of forty on a trained model.
 */
export interface GenerationStats extends Omit<SampleStats, 'estimatedMse'> {
  /** Milliseconds inside the network. */
  readonly modelMs: number
  /**
   * dB to the full run of the same seed: of a plan the mean of the runs it was judged by, the same for every image, the distance
   * being to what the plan was made to reproduce ({@link PlanDocument} `key.target`).
   *
   * Undefined where nothing was measured: for the full run, `custom` policies and the paper's. What that one sees at its
   * landings is not the distance of the image; `pipe.generate` without acceleration and the same seed gives that.
   */
  readonly estimatedPsnr: number | undefined
  /**
   * What {@link estimatedPsnr} rests on: runs that had no part in making the plan (`held-out`), the calibration's own, each moved
   * by weights fitted on the others (`leave-one-out`: an estimate, too rosy for hard models), one that it was fitted on
   * (`in-sample`), or recorded velocities alone (`rehearsed`: a plan from the first image, several dB too rosy).
   */
  readonly estimateBasis: Exclude<PlanQuality['basis'], 'none'> | undefined
  /**
   * Evaluations made after delivery to measure the quality of this image, on top of `nfe`; 0 where it was not measured.
   * `onImage` comes before them and sees 0.
   */
  readonly shadowNfe: number
  /** Where a quality target was asked for: what is known of it. */
  readonly quality: TargetQuality | undefined
}

/** A short film. */
export interface Clip<Image extends RgbImage = RgbImage> {
  readonly frames: readonly Image[]
  /** Frames a second. */
  readonly fps: number
}

/** One image, or one clip. */
export interface GeneratedImage<Image extends RgbImage = RgbImage> {
  /** The image; of a clip the first frame. */
  readonly image: Image
  /** Undefined where the model makes images. */
  readonly clip: Clip<Image> | undefined
  /** Position among the images of the call, from 0. */
  readonly index: number
  readonly seed: number
  /** The class name or the prompt. */
  readonly caption: string
  readonly stats: GenerationStats
}

export interface GenerateResult {
  /** None where the model makes clips. */
  readonly images: readonly Picture[]
  /** None where the model makes images. */
  readonly clips: readonly Clip<Picture>[]
  /** The same images or clips, each with its seed and what it cost. */
  readonly items: readonly GeneratedImage<Picture>[]
  /** What the learning policy knows now; undefined for methods that learn nothing and where nothing was learned. */
  readonly policy: PolicyDocument<PaperState> | undefined
  /** The plans that `accelerate: 'plan'` follows from here on; undefined for other methods. */
  readonly plan: PlanDocument | undefined
  /** Remarks for the user, such as why acceleration stayed off. */
  readonly notes: readonly string[]
}

export function statsOf(flow: Flow<unknown>, { stats: sampled, quality, target }: Sampled): GenerationStats {
  const modelMs = flow.modelMs()
  const { estimatedMse: _, ...stats } = sampled
  const known = quality !== undefined && quality.basis !== 'none'
  return {
    ...stats,
    modelMs,
    // What the velocity function spends beyond the network (copies, messages) is ours too.
    overheadMs: stats.overheadMs + Math.max(0, stats.velocityMs - modelMs),
    estimatedPsnr: known ? quality.mean : undefined,
    estimateBasis: known ? quality.basis : undefined,
    shadowNfe: 0,
    quality: target,
  }
}
