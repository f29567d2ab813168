import type { MemoryMode } from '../family/parts.ts'
import type { Defaults, ModelOption, Task } from '../task/options.ts'

/** What is wrong with a folder; the message says what to do. */
export interface FolderProblem {
  /** Of the error that loading it would be. */
  readonly code: string
  /** The file, or what in it. */
  readonly field: string
  readonly message: string
}

/** An input or output of a network. */
export interface InspectedPort {
  readonly name: string
  readonly type: string
  /** Names, or -1, for what may vary between runs. */
  readonly dims: readonly (number | string)[]
}

/** A network of a folder. */
export interface InspectedPart {
  readonly name: string
  readonly file: string
  /** What `model_index.json` calls it; null where it is not named there. */
  readonly className: string | null
  readonly isThere: boolean
  /** Whether the model runs it; null where that is not known. */
  readonly isUsed: boolean | null
  /** Weights beside the file included; null where that is not known. */
  readonly bytes: number | null
  /** Files beside it that hold weights. */
  readonly external: readonly string[]
  /** Null where they could not be read without loading it whole. */
  readonly inputs: readonly InspectedPort[] | null
  readonly outputs: readonly InspectedPort[] | null
}

export interface InspectedTokenizer {
  readonly name: string
  /** Most tokens of a text; null for a tokenizer that cannot be read. */
  readonly maxLength: number | null
}

/** How a model is run unless told otherwise. */
export interface InspectedRun {
  readonly task: Task
  readonly defaults: Defaults
  /** Options it takes that not every model does. */
  readonly options: readonly ModelOption[]
  readonly width: number
  readonly height: number
  readonly numFrames: number
  /** Pixels that both sides have to be a multiple of; null where there is one size alone. */
  readonly multiple: number | null
  /** Shape of a state. */
  readonly dims: readonly number[]
  readonly schedule: string
  /** From noise to 0. */
  readonly sigmas: readonly number[]
  readonly timesteps: readonly number[]
  /** Takes the steps of the full run, e.g. `euler` or `unipc(2)`. */
  readonly solver: string
  readonly guidance: InspectedGuidance
  readonly acceleration: { readonly applies: boolean; readonly why: string }
}

export interface InspectedGuidance {
  /** `input`: of the network; `passes`: a second pass an evaluation; `none`. */
  readonly kind: 'input' | 'passes' | 'none'
  readonly scale: number
  /** The scale that switches it off; null where there is none. */
  readonly off: number | null
  /** Passes an evaluation. */
  readonly passes: number
  readonly meaning: string
}

/** Bytes of the networks that are in memory at a time; null where a part does not tell. */
export interface InspectedMemory {
  readonly resident: number | null
  readonly sequential: number | null
  /** Of the machine; null where the backend does not tell. */
  readonly available: number | null
  /** What `auto` comes to. */
  readonly auto: Exclude<MemoryMode, 'auto'>
}

/** What a folder is, and how it will be run: plain JSON. */
export interface InspectedFolder {
  readonly version: 1
  readonly location: string
  /** `_class_name` of `model_index.json`; null where that cannot be read. */
  readonly className: string | null
  /** `_class_name` of the scheduler; null where that cannot be read. */
  readonly scheduler: string | null
  /** Whether nothing was found that keeps it from running. */
  readonly runs: boolean
  readonly parts: readonly InspectedPart[]
  readonly tokenizers: readonly InspectedTokenizer[]
  readonly memory: InspectedMemory
  /** Null where a problem keeps it from being known. */
  readonly run: InspectedRun | null
  readonly problems: readonly FolderProblem[]
}
