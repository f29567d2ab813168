import type { BenchDocument } from '@fastflow/bench'
import type { ImageInput, Metric, RunSettings } from '@fastflow/pipelines'
import type { Catalog, CatalogModel } from '../engine/catalog.ts'
import type { EngineError } from '../engine/client.ts'
import type { Knowledge, ModelAbout, StepReport, Take } from '../engine/protocol.ts'

/** How much is computed: what the model's plan makes of it, so many evaluations, a fidelity, or whatever a bandit learns. */
export type Mode = 'auto' | 'budget' | 'quality' | 'learn'

/** What the user has set. */
export interface Settings {
  readonly prompt: string
  /** Class of models that draw classes. */
  readonly label: string
  readonly negativePrompt: string
  readonly seed: number
  readonly numSteps: number
  readonly guidanceScale: number
  /** Lowest and highest noise level at which guidance acts. */
  readonly guidedFrom: number
  readonly guidedTo: number
  readonly mode: Mode
  /** Evaluations an image; those of the grid or more are the full run. */
  readonly nfe: number
  /** What a fidelity is measured in. */
  readonly metric: Metric
  /** Least fidelity, dB. */
  readonly psnr: number
  /** Largest perceptual distance. */
  readonly lpips: number
  /** Share of images that have to reach it. */
  readonly share: number
  /** Also make the full run, to compare with. */
  readonly compare: boolean
}

/** A picture handed in for editing. */
export interface Source {
  readonly name: string
  readonly image: ImageInput
}

export type Loading =
  | { readonly status: 'idle' | 'ready' }
  | { readonly status: 'loading'; readonly loaded: number }
  | { readonly status: 'failed'; readonly error: EngineError }

/** What is being computed. */
export interface Activity {
  readonly kind: 'generating' | 'comparing' | 'learning' | 'planning'
  /** Share done, 0 to 1. */
  readonly done: number
  readonly words: string
}

/** One subject and seed, computed with different effort. */
export interface Result {
  readonly model: string
  readonly subject: string
  readonly source: Source | undefined
  readonly settings: Settings
  /** Names the full run this is compared with: everything it depends on. */
  readonly key: string
  /** What is on the stage beside the full run; undefined while it is being made. */
  readonly fast: Take | undefined
  readonly full: Take | undefined
  /** The same picture with other budgets, by their evaluations. */
  readonly others: readonly Take[]
  /** What they came to, one row a method; undefined as long as there is no full run to compare with. */
  readonly bench: BenchDocument | undefined
}

export interface State {
  readonly models: readonly CatalogModel[]
  /** The network that tells how different two pictures look. */
  readonly perceptual: Catalog['perceptual'] | undefined
  readonly model: CatalogModel | undefined
  readonly loading: Loading
  readonly about: ModelAbout | undefined
  readonly knowledge: Knowledge | undefined
  readonly settings: Settings
  readonly source: Source | undefined
  readonly activity: Activity | undefined
  /** Whether the page, its runtime and what was loaded open without a network by now. */
  readonly offline: boolean
  /** The run under way. */
  readonly step: { readonly side: 'fast' | 'full'; readonly report: StepReport } | undefined
  readonly result: Result | undefined
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
  source: undefined,
  offline: false,
  activity: undefined,
  step: undefined,
  result: undefined,
  error: undefined,
  notes: [],
  announcement: '',
}

/** What plans and policies depend on, besides the model. */
export function runSettingsOf({ numSteps, guidanceScale, guidedFrom, guidedTo }: Settings): RunSettings {
  // Where guidance is off an interval would be refused: the fields stay as they are until it is on again.
  const whole = guidanceScale === 1 || (guidedFrom === 0 && guidedTo === 1)
  return { numSteps, guidanceScale, ...(!whole && { guidanceInterval: [guidedFrom, guidedTo] as const }) }
}
