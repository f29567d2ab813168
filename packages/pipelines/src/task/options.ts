import type { AbortSignalLike, GuidanceInterval } from '@fastflow/core'
import type { OptionNames } from '@fastflow/core/backend'
import type { ImageInput } from '../state/image-input.ts'

/** What a model makes, and from what. */
export type Task = 'class-to-image' | 'text-to-image' | 'image-editing' | 'text-to-video'

/** A model's own settings. */
export interface Defaults {
  readonly numSteps: number
  readonly guidanceScale: number
  /** Frames of a clip; models of images have none. */
  readonly numFrames?: number
}

/** What fixes one generation, whatever samples it. */
export interface FlowOptions {
  /** A whole number from 0 to 4294967295, default 0. */
  readonly seed?: number
  /** Steps of the full grid, 1 to 10000. Default: the model's. */
  readonly numSteps?: number
  /** 0 to 100; 1 switches guidance off and halves the network passes. Default: the model's. */
  readonly guidanceScale?: number
  /**
   * Lowest and highest sigma, 0 to 1, at which guidance acts; elsewhere an evaluation makes one network pass instead of two,
   * and the result is another. Plans for it are made anew. Default [0, 1]: everywhere.
   */
  readonly guidanceInterval?: GuidanceInterval
  /** What guidance leads away from, for models that read text. Default: nothing in particular. */
  readonly negativePrompt?: string
  /** The picture to edit, in the model's size, for image editing. RGBA is laid on white. */
  readonly image?: ImageInput
  /** Frames of the clip, for text-to-video. Default: the model's. */
  readonly numFrames?: number
  /** Cancels with an error of code `aborted`, before the next run of a network. */
  readonly signal?: AbortSignalLike
}

/** What policies and plans depend on, besides the model. */
export type RunSettings = Pick<FlowOptions, 'numSteps' | 'guidanceScale' | 'guidanceInterval' | 'numFrames'>

export const runNames: OptionNames<RunSettings> = {
  numSteps: true,
  guidanceScale: true,
  guidanceInterval: true,
  numFrames: true,
}

export const flowNames: OptionNames<FlowOptions> = {
  ...runNames,
  seed: true,
  negativePrompt: true,
  image: true,
  signal: true,
}

/** What calibrating and measuring runs show. */
export interface Subjects {
  /** For models that read text, in turn. */
  readonly prompts?: readonly string[]
  /** Pictures that are edited, in turn, for image editing. */
  readonly images?: readonly ImageInput[]
  /** Cancels encoding them. */
  readonly signal?: AbortSignalLike
}
