import type { ImageInput, Metric, RunSettings } from '@fastflow/pipelines'

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

/** What plans and policies depend on, besides the model. */
export function runSettingsOf({ numSteps, guidanceScale, guidedFrom, guidedTo }: Settings): RunSettings {
  // Where guidance is off an interval would be refused: the fields stay as they are until it is on again.
  const whole = guidanceScale === 1 || (guidedFrom === 0 && guidedTo === 1)
  return { numSteps, guidanceScale, ...(!whole && { guidanceInterval: [guidedFrom, guidedTo] as const }) }
}
