import type { OptionNames } from '@fastflow/core/backend'
import type { GenerateOptions, PolicyKeyOptions } from '../generate/options.ts'
import type { CalibrationOptions } from '../plan/calibrate.ts'
import type { PaperOptions } from '../policy/paper.ts'
import type { QualityOptions } from '../target/options.ts'
import type { FlowOptions, RunSettings } from './options.ts'

// Names of the options of a pipeline's methods. A new option that is not listed here does not compile.

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

export const generateNames: OptionNames<GenerateOptions> = {
  ...flowNames,
  count: true,
  accelerate: true,
  onStep: true,
  onImage: true,
  clock: true,
}

export const calibrationNames: OptionNames<CalibrationOptions> = {
  ...runNames,
  budgets: true,
  passes: true,
  evaluations: true,
  target: true,
  start: true,
  signal: true,
  onProgress: true,
  checkpoint: true,
  onCheckpoint: true,
  certify: true,
  onNote: true,
  prompts: true,
  images: true,
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

export const paperNames: OptionNames<PaperOptions> = { arms: true, exploration: true, price: true }

export const policyKeyNames: OptionNames<PolicyKeyOptions> = { ...runNames, ...paperNames }
