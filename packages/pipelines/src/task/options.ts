import type { AbortSignalLike, GuidanceInterval } from '@fastflow/core'
import type { OptionNames } from '@fastflow/core/backend'
import type { ImageInput } from '../state/image-input.ts'

/** What a model makes, and from what. */
export type Task = 'class-to-image' | 'text-to-image' | 'image-editing' | 'text-to-video'

/** A model's own settings. */
export interface Defaults {
  readonly numSteps: number
  readonly guidanceScale: number
  /** Pixels, for models that make several sizes. */
  readonly width?: number
  readonly height?: number
  /** Frames of a clip; models of images have none. */
  readonly numFrames?: number
  /** Frames a second of a clip. */
  readonly fps?: number
  readonly maxSequenceLength?: number
  readonly strength?: number
  readonly trueGuidanceScale?: number
  readonly guidanceScale2?: number
  readonly guidanceRescale?: number
  readonly guidanceTruncation?: number
  readonly guidanceNormalization?: boolean
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
  /**
   * The picture to edit, or with `strength` to begin at. Models of our own kinds take their own size alone, the others resize it
   * as their pipeline in Diffusers does. RGBA is laid on white.
   */
  readonly image?: ImageInput
  /** Frames of the clip, for text-to-video. Default: the model's. */
  readonly numFrames?: number
  /** Pixels, both or neither; what is possible is the model's matter. Default: the model's. */
  readonly width?: number
  readonly height?: number
  /**
   * The initial state instead of noise from the seed, in the layout in which the solver sees it (`prepare().noise` has the
   * same); it is not changed.
   */
  readonly latents?: Float32Array
  /**
   * How much of the picture given as `image` is made anew, above 0 to 1: the run begins there on the grid, at the noised
   * picture.
   */
  readonly strength?: number
  /** What stands before a prompt, for models that are told how to read it. Default: the model's; an empty list or text is none. */
  readonly complexHumanInstruction?: readonly string[]
  readonly systemPrompt?: string
  /** Whether the picture is resized to a size that the model was trained on. Default true. */
  readonly autoResize?: boolean
  /** Most tokens of a prompt that are read. Default: the model's. */
  readonly maxSequenceLength?: number
  /** Scale of classifier-free guidance where `guidanceScale` is an input of the network. 1, which is off, by default. */
  readonly trueGuidanceScale?: number
  /** Guidance of the second of two networks, which takes over at low noise. Default: `guidanceScale`. */
  readonly guidanceScale2?: number
  /** Share, 0 to 1, of the guided velocity that is brought to the standard deviation of the conditional one. */
  readonly guidanceRescale?: number
  /** Share of the run, 0 to 1, in which guidance acts (LUMINA 2, from its start) or may act at all (Z-Image). Default 1. */
  readonly guidanceTruncation?: number
  /** Whether the guided velocity is brought to the norm of the conditional one, where that is a choice. */
  readonly guidanceNormalization?: boolean
  /** Frames a second that the network is told, for models that take them. Default: the model's. */
  readonly fps?: number
  /** Cancels with an error of code `aborted`, before the next run of a network. */
  readonly signal?: AbortSignalLike
}

/** What policies and plans depend on, besides the model. */
export type RunSettings = Pick<
  FlowOptions,
  | 'numSteps'
  | 'guidanceScale'
  | 'guidanceInterval'
  | 'numFrames'
  | 'width'
  | 'height'
  | 'strength'
  | 'negativePrompt'
  | VelocityOption
>

/** Options that change velocities, besides those that plans have fields for. */
type VelocityOption = (typeof velocityOptions)[number]

export const velocityOptions = [
  'trueGuidanceScale',
  'guidanceScale2',
  'guidanceRescale',
  'guidanceTruncation',
  'guidanceNormalization',
  'fps',
] as const

/** Options that not every model takes. */
export type ModelOption = keyof typeof modelOptions

/** What they go with, for errors. */
export const modelOptions = {
  negativePrompt: 'text-to-image, image-editing, text-to-video',
  prompts: 'text-to-image, image-editing, text-to-video',
  image: 'image-editing',
  images: 'image-editing',
  numFrames: 'text-to-video',
  width: 'models that make several sizes',
  height: 'models that make several sizes',
  strength: 'models with an encoder of pictures',
  autoResize: 'models that edit pictures of several sizes',
  complexHumanInstruction: 'models that read prompts behind an instruction',
  systemPrompt: 'models that read prompts behind a system prompt',
  maxSequenceLength: 'models that read prompts of several lengths',
  trueGuidanceScale: 'models whose network is fed its guidance',
  guidanceScale2: 'models of two networks',
  guidanceRescale: 'models that rescale guidance',
  guidanceTruncation: 'models that end guidance early',
  guidanceNormalization: 'models that normalise guidance',
  fps: 'models whose network is told the frame rate',
} as const

export const runNames: OptionNames<RunSettings> = {
  numSteps: true,
  guidanceScale: true,
  guidanceInterval: true,
  numFrames: true,
  width: true,
  height: true,
  strength: true,
  negativePrompt: true,
  trueGuidanceScale: true,
  guidanceScale2: true,
  guidanceRescale: true,
  guidanceTruncation: true,
  guidanceNormalization: true,
  fps: true,
}

export const flowNames: OptionNames<FlowOptions> = {
  ...runNames,
  seed: true,
  image: true,
  latents: true,
  maxSequenceLength: true,
  complexHumanInstruction: true,
  systemPrompt: true,
  autoResize: true,
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
