import type { BenchDocument } from '@fastflow/bench'
import type { Task } from '@fastflow/pipelines'
import type { Catalog, CatalogModel } from '../engine/catalog.ts'
import type { EngineError } from '../engine/client.ts'
import type { Keepsake, Knowledge, ModelAbout, RuntimeChoice, StepReport, Take } from '../engine/protocol.ts'
import type { PictureRequest } from './picture-request.ts'
import type { Settings, Source } from './settings.ts'

/** The last prompt of every task. */
export type Prompts = Readonly<Partial<Record<Task, string>>>

export type Loading =
  | { readonly status: 'idle' | 'ready' }
  | { readonly status: 'loading'; readonly loaded: number }
  | { readonly status: 'failed'; readonly error: EngineError }

/** Accelerated, with every step evaluated, or without FastFlow at the cost of the accelerated one. */
export type Side = 'fast' | 'full' | 'plain'

/** What is being computed. */
export interface Activity {
  readonly kind: 'generating' | 'comparing' | 'learning' | 'planning'
  /** Share done, 0 to 1. */
  readonly done: number
  readonly words: string
}

/** One request, computed with different effort. */
export interface Result {
  readonly request: PictureRequest
  /** What is on the stage beside the full run; undefined while it is being made. */
  readonly fast: Take | undefined
  readonly full: Take | undefined
  /** Row of the bench that the picture was made as; others are there to compare. */
  readonly made?: string | undefined
  /** The same picture with other budgets. */
  readonly others: readonly Take[]
  /** What their cost comes to without FastFlow. */
  readonly plains?: readonly Take[]
  /** What they came to, one row a method; undefined as long as there is no full run to compare with. */
  readonly bench: BenchDocument | undefined
}

/** A result that is kept on this device. */
export interface Made {
  /** That of its request. */
  readonly id: string
  /** When it was made, ms since 1970. */
  readonly at: number
  readonly result: Result
}

/** What brings back what was removed last, and what was done, in words. */
export type Undo =
  | { readonly words: string; readonly documents: Keepsake }
  | { readonly words: string; readonly history: readonly Made[] }

export interface State {
  readonly models: readonly CatalogModel[]
  /** The network that tells how different two pictures look. */
  readonly perceptual: Catalog['perceptual'] | undefined
  readonly model: CatalogModel | undefined
  readonly loading: Loading
  readonly about: ModelAbout | undefined
  readonly knowledge: Knowledge | undefined
  readonly settings: Settings
  readonly prompts: Prompts
  readonly source: Source | undefined
  /** What networks are to run on, from the next load on. */
  readonly runtime: RuntimeChoice
  readonly activity: Activity | undefined
  /** Whether the page, its runtime and what was loaded open without a network by now. */
  readonly offline: boolean
  /** The run under way. */
  readonly step: { readonly side: Side; readonly report: StepReport } | undefined
  /** What is being made; while it is, it is on the stage. */
  readonly making: Result | undefined
  /** What was made last. */
  readonly result: Result | undefined
  /** Results on this device, newest first. */
  readonly history: readonly Made[]
  /** What can be taken back, and what was done. */
  readonly undo: Undo | undefined
  readonly error: EngineError | undefined
  readonly notes: readonly string[]
  /** Read aloud when it changes. */
  readonly announcement: string
}

export const initialState: State = {
  models: [],
  perceptual: undefined,
  model: undefined,
  loading: { status: 'idle' },
  about: undefined,
  knowledge: undefined,
  settings: {
    prompt: '',
    label: '',
    negativePrompt: '',
    seed: 7,
    numSteps: 50,
    guidanceScale: 1,
    guidedFrom: 0,
    guidedTo: 1,
    mode: 'budget',
    nfe: 12,
    metric: 'lpips',
    psnr: 35,
    lpips: 0.05,
    share: 0.8,
    compare: true,
  },
  prompts: {},
  source: undefined,
  runtime: 'auto',
  history: [],
  offline: false,
  activity: undefined,
  step: undefined,
  making: undefined,
  result: undefined,
  undo: undefined,
  error: undefined,
  notes: [],
  announcement: '',
}
