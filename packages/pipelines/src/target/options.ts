import type { AbortSignalLike, Plan, PlanDocument, QualityProxy } from '@fastflow/core'
import type { OptionNames } from '@fastflow/core/backend'
import type { Metric } from '../policy/target-quality.ts'
import type { ImageInput } from '../state/image-input.ts'
import { type RunSettings, runNames } from '../task/options.ts'
import type { BanditName } from './learner.ts'
import type { DecisionRecord } from './record.ts'

/** How far an image may be from its own full run: one of `lpips` (at most) and `psnr` (at least). */
export interface ImageTarget {
  /** Above 0, below 1. Measured by `proxy`, which may be LPIPS itself or a network that predicts it. */
  readonly lpips?: number
  /** dB between the 8-bit images. */
  readonly psnr?: number
  /** Share of images that have to reach it, between 0 and 1. Default 0.95. */
  readonly confidence?: number
}

/**
 * A quality, not a threshold: evaluates as little as the quality allows.
 *
 * Plans are certified on the runs of `measureQuality`, and watched while they serve: on a fraction of requests the full
 * run is made as well, after the image has been delivered, and compared.
 */
export interface TargetAcceleration {
  readonly target: ImageTarget
  /**
   * `certified`: the cheapest plan whose bound holds; the full run, and a note, where none does.
   * `learned`: a bandit over all plans, rewarded with quality minus price; promises nothing. Default `certified`.
   */
  readonly choose?: 'certified' | 'learned'
  /**
   * The bandit, where choices are learned: `lin-ucb` and `lin-ts` see contexts; `discounted-ucb` and `sliding-window-ucb` see
   * none and forget, for quality that drifts. Each learns apart. Default `lin-ucb`.
   */
  readonly bandit?: BanditName
  /**
   * Where choices are learned: share of what the certified plan (the full run, where none is) would have earned that the
   * bandit may lose at any time, above 0 and below 1, e.g. 0.1. Rewards are taken as `(1 + reward) / 2`. Default: no such bound.
   */
  readonly conservative?: number
  /**
   * `on`: the choice is served. `canary`: on a tenth of the requests, the others get the full run. `shadow`: every
   * request gets the full run; the choice is only measured. Default `on`.
   */
  readonly mode?: 'on' | 'canary' | 'shadow'
  /**
   * Fraction of requests whose quality is measured, 0 to 1, default 0.05. One costs the full run that was not served, or
   * the evaluations of the plans that are compared with the one that was.
   */
  readonly measure?: number
  /** What measures `lpips`. Without one the calibration is relied on and nothing is measured. `psnr` needs none. */
  readonly proxy?: QualityProxy
  /** Follow these plans instead of what is stored or shipped with the model. */
  readonly plan?: PlanDocument | Plan
  /** Uniform numbers in [0, 1) for exploring and measuring; by default seeded by what has been served so far. */
  readonly random?: () => number
  /** Every decision with its propensity, once its outcome is known. Holds no prompt. What it throws becomes a note. */
  readonly onDecision?: (record: DecisionRecord) => unknown
}

export const imageTargetNames: OptionNames<ImageTarget> = { lpips: true, psnr: true, confidence: true }

export const targetNames: OptionNames<TargetAcceleration> = {
  target: true,
  choose: true,
  bandit: true,
  conservative: true,
  mode: true,
  measure: true,
  proxy: true,
  plan: true,
  random: true,
  onDecision: true,
}

/** What to measure, on how many runs. */
export interface QualityOptions extends RunSettings {
  readonly metric: Metric
  /** Needed for `lpips`. */
  readonly proxy?: QualityProxy
  /** Runs the result is to have, default 64. Runs of an earlier call with the same plans and proxy count. */
  readonly runs?: number
  /** How many of them measure the floor too, by a full run of a tenth fewer steps. Default 16. */
  readonly floorRuns?: number
  readonly plan?: PlanDocument | Plan
  /** What the runs show, in turn, for models that read text. Default: the model's own list. */
  readonly prompts?: readonly string[]
  /** Pictures that are edited, in turn, for image editing. Default: coloured shapes. */
  readonly images?: readonly ImageInput[]
  readonly signal?: AbortSignalLike
  readonly onProgress?: (done: number, total: number) => void
  /** Gets a line for what costs no result, such as a store that cannot be written to; each once. */
  readonly onNote?: (note: string) => unknown
}

export const qualityNames: OptionNames<QualityOptions> = {
  ...runNames,
  metric: true,
  proxy: true,
  runs: true,
  floorRuns: true,
  plan: true,
  prompts: true,
  images: true,
  signal: true,
  onProgress: true,
  onNote: true,
}
