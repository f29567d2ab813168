import type { CalibrateOptions, Plan, PlanDocument, StoredTrajectory } from '@fastflow/core'
import type { OptionNames } from '@fastflow/core/backend'
import type { ImageInput } from '../state/image-input.ts'
import { type RunSettings, runNames } from '../task/options.ts'

/** Plans made by `calibrate`, or from the first image where there are none yet; they do not change while they are used. */
export interface PlanAcceleration {
  readonly method: 'plan'
  /**
   * Follow this instead of what is stored or shipped with the model: what `calibrate` or `parsePlan` returned, or its
   * document.
   */
  readonly plan?: PlanDocument | Plan
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

export const autoNames: OptionNames<AutoAcceleration> = {
  method: true,
  nfe: true,
  passes: true,
  psnr: true,
  confidence: true,
}

export const planNames: OptionNames<PlanAcceleration> = { ...autoNames, plan: true }

/** What to plan for, at what cost. */
export interface CalibrationOptions
  extends RunSettings,
    Pick<
      CalibrateOptions<Float32Array>,
      | 'budgets'
      | 'passes'
      | 'evaluations'
      | 'certify'
      | 'target'
      | 'start'
      | 'signal'
      | 'onProgress'
      | 'checkpoint'
      | 'onCheckpoint'
    > {
  /**
   * Runs that Diffusers recorded of this model (`parseTrajectory`), of one machine or several, in place of runs that are made: no
   * evaluation. Steps and guidance are theirs unless given.
   */
  readonly recorded?: readonly StoredTrajectory[]
  /** What calibration runs show, in turn, for models that read text. Default: the model's own list. */
  readonly prompts?: readonly string[]
  /** Pictures that are edited, in turn, for image editing, in the model's size. Default: coloured shapes. */
  readonly images?: readonly ImageInput[]
  /** Gets a line for what costs no plan: it could not be stored, or `onCheckpoint` failed; each once. */
  readonly onNote?: (note: string) => unknown
}

export const calibrationNames: OptionNames<CalibrationOptions> = {
  ...runNames,
  budgets: true,
  passes: true,
  evaluations: true,
  target: true,
  start: true,
  recorded: true,
  signal: true,
  onProgress: true,
  checkpoint: true,
  onCheckpoint: true,
  certify: true,
  onNote: true,
  prompts: true,
  images: true,
}
