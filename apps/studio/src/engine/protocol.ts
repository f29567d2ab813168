import type { FastFlowErrorCode, LoadProgress, PlanDocument, RgbImage } from '@fastflow/core'
import type {
  Accelerate,
  Defaults,
  FlowOptions,
  GeneratedImage,
  GenerationStats,
  ImageInput,
  Metric,
  PaperState,
  PlanRunKey,
  PolicyDocument,
  PolicyKey,
  QualityTable,
  RunSettings,
  Task,
} from '@fastflow/pipelines'

/** What the page has to know of a loaded model. */
export interface ModelAbout {
  readonly name: string
  readonly task: Task
  readonly labels: readonly string[]
  /** Pixels on a side. */
  readonly size: number
  readonly defaults: Defaults
  readonly digest: string
  readonly executionProvider: string
  /** What bench documents say of this browser. */
  readonly environment: { readonly browser: string; readonly threads: number }
  /** What networks run on, in a word or two, and why on that. */
  readonly runtime: { readonly kind: 'wasm' | 'webgpu'; readonly name: string; readonly reason: string }
  /** Prompts the model brings, to start from. */
  readonly prompts: readonly string[]
}

/** Where a plan or policy comes from: with the model, made on this device, or opened from a file and not changed since. */
export type Origin = 'shipped' | 'device' | 'file'

/** Plans and policies that apply to the settings at hand. */
export interface Knowledge {
  readonly plan: PlanDocument | undefined
  readonly planSource: Origin | undefined
  readonly policy: PolicyDocument<PaperState> | undefined
  readonly policySource: Origin | undefined
  /** How good the plan's pictures are, by what was measured; undefined where nothing was, or of another plan. */
  readonly measured: Readonly<Record<Metric, QualityTable | undefined>>
  /** Evaluations of every generation learned from on this device, in order. */
  readonly curve: readonly number[]
}

/** One picture or clip, and what it cost. */
export interface Take extends Omit<GeneratedImage, 'index' | 'stats'> {
  /** Row of a bench that it belongs to: `full`, `plan-12`, `paper`. */
  readonly method: string
  readonly stats: Pick<
    GenerationStats,
    'nfe' | 'steps' | 'passes' | 'decisions' | 'modelMs' | 'overheadMs' | 'estimatedPsnr' | 'quality'
  >
  /** From the call to the finished picture, the decoder included. */
  readonly wallMs: number
  /** Remarks for the user. */
  readonly notes: readonly string[]
}

/** After every jump. */
export interface StepReport {
  /** Grid index just reached. */
  readonly index: number
  readonly numSteps: number
  readonly nfe: number
  /** Decisions so far, one letter a step: C evaluated, G by the pass under the condition alone, S skipped. */
  readonly decisions: string
  /** Those of the last jump. */
  readonly jump: string
  readonly preview: RgbImage | undefined
}

export interface MeasureReport {
  readonly done: number
  readonly total: number
}

export interface LearnReport {
  /** Pictures learned from. */
  readonly done: number
  readonly knowledge: Knowledge
}

export interface CalibrationReport {
  readonly evaluations: number
  readonly limit: number
}

/** What was made on this device for some settings; undefined where nothing was. */
export interface Keepsake extends Pick<Knowledge, 'plan' | 'policy' | 'curve'> {
  readonly keys: Keys
}

/** What documents are stored under. */
export interface Keys {
  readonly plan: PlanRunKey
  readonly policy: PolicyKey
}

/** What networks are to run on: what is fastest by rule, the graphics card, or WebAssembly with so many threads. */
export type RuntimeChoice = 'auto' | 'webgpu' | `wasm-${number}`

/** The files of a model, and the network that tells how different two pictures look. */
export interface ModelSource {
  /** Paths of its files. */
  readonly files: readonly string[]
  readonly perceptual: FolderSource
  readonly runtime: RuntimeChoice
}

export interface FolderSource {
  readonly location: string
  /** Paths of its files. */
  readonly files: readonly string[]
}

/** What the engine does: what goes in, what is reported on the way, what comes out. */
export interface Commands {
  readonly load: {
    input: ModelSource
    report: LoadProgress
    result: ModelAbout
  }
  /** A picture in the middle of a white square, as the models take it. */
  readonly fit: {
    input: { readonly image: RgbImage; readonly size: number }
    report: never
    result: RgbImage
  }
  readonly know: { input: RunSettings; report: never; result: Knowledge }
  readonly generate: {
    input: { subject: string; options: FlowOptions; accelerate: Accelerate }
    report: StepReport
    result: Take
  }
  /** The paper's policy, from so many pictures more; `fresh` forgets first what it knows. */
  readonly learn: {
    input: {
      subjects: readonly string[]
      settings: RunSettings
      options: FlowOptions
      generations: number
      fresh: boolean
    }
    report: LearnReport
    result: Knowledge
  }
  readonly calibrate: {
    input: { settings: RunSettings; evaluations: number }
    report: CalibrationReport
    result: Knowledge
  }
  /** Measures the plan's pictures against full runs until there are so many runs. */
  readonly measure: {
    input: { settings: RunSettings; metric: Metric; runs: number; images: readonly ImageInput[] }
    report: MeasureReport
    result: Knowledge
  }
  /** Puts a plan or policy from a file where it is followed from now on. */
  readonly adopt: { input: { settings: RunSettings; document: unknown }; report: never; result: Knowledge }
  /** What is stored on this device for these settings. */
  readonly keep: { input: RunSettings; report: never; result: Keepsake }
  /** Forgets what was learned and planned on this device for these settings. */
  readonly forget: {
    input: RunSettings
    report: never
    result: { readonly kept: Keepsake; readonly knowledge: Knowledge }
  }
  /** Undoes `forget`, or whatever came after `keep`. */
  readonly restore: { input: Keepsake; report: never; result: undefined }
}

export type CommandName = keyof Commands

export type Request =
  | {
      readonly [Name in CommandName]: {
        job: number
        name: Name
        /** Location of the model it is for: with another one loaded it is answered `aborted`. */
        model: string
        input: Commands[Name]['input']
      }
    }[CommandName]
  | { readonly job: number; readonly name: 'cancel' }

export interface Failure {
  readonly code: FastFlowErrorCode | 'unexpected'
  readonly field: string
  readonly message: string
}

export type Reply =
  /** The worker holds this lock of the browser's for as long as it lives: not every end raises an event. */
  | { readonly kind: 'alive'; readonly lock: string }
  /** Something worth telling that stops nothing. */
  | { readonly kind: 'notice'; readonly message: string }
  | { readonly job: number; readonly kind: 'report'; readonly report: unknown }
  | { readonly job: number; readonly kind: 'done'; readonly result: unknown }
  | { readonly job: number; readonly kind: 'failed'; readonly failure: Failure }
