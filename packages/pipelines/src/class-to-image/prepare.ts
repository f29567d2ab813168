import { fillNormal, type ModelRunner, type Schedule, scheduleFromConfig } from '@fastflow/core'
import type { Flow } from '../flow.ts'
import { failureOf } from '../generate/failure.ts'
import type { FlowOptions } from '../generate/options.ts'
import type { CalibrationSource } from '../plan/calibrate.ts'
import type { RunKey } from '../policy/document.ts'
import { checkGuidance, checkLabel, checkNumSteps, checkSeed } from './checks.ts'
import type { ClassModelConfig } from './config.ts'
import { guidedVelocity } from './guided-velocity.ts'
import { clipPixels, toRgb } from './pixels.ts'

export interface ClassModel {
  readonly config: ClassModelConfig
  readonly runner: ModelRunner
}

/** One generation of a class, not yet sampled. Cost: no evaluation. */
export function prepareFlow(
  { config, runner }: ClassModel,
  label: string | number,
  options: FlowOptions,
): Flow {
  const { dims, nullClass } = config
  const guidanceScale = checkGuidance(config, options.guidanceScale)
  const seed = checkSeed(options.seed ?? 0)
  return {
    ...guidedVelocity({ runner, dims, label: checkLabel(config, label), nullClass, guidanceScale }),
    noise: noiseOf(config, seed),
    schedule: scheduleOf(config, options.numSteps),
    pixels: clipPixels,
    toImage: (pixels) => toRgb(pixels, dims[2]),
    failure: failureOf,
  }
}

/** Runs to calibrate on: the class goes with the seed, so that a calibration sees all of them in turn. */
export function calibrationSourceOf(
  { config, runner }: ClassModel,
  options: Omit<FlowOptions, 'seed'>,
): CalibrationSource {
  const { dims, nullClass, labels } = config
  const run = runKeyOf({ config, runner }, options)
  const { guidanceScale } = run
  return {
    run,
    noise: (seed) => noiseOf(config, seed),
    velocityOf: (seed) =>
      guidedVelocity({ runner, dims, label: seed % labels.length, nullClass, guidanceScale }).velocity,
  }
}

/** What every policy and plan made with these options depends on. */
export function runKeyOf({ config, runner }: ClassModel, options: Omit<FlowOptions, 'seed'>): RunKey {
  return {
    model: runner.digest,
    schedule: scheduleOf(config, options.numSteps),
    guidanceScale: checkGuidance(config, options.guidanceScale),
    dims: config.dims,
    dtype: 'float32',
  }
}

function noiseOf({ dims: [channels, height, width] }: ClassModelConfig, seed: number): Float32Array {
  return fillNormal(new Float32Array(channels * height * width), seed)
}

function scheduleOf(config: ClassModelConfig, numSteps: number | undefined): Schedule {
  return scheduleFromConfig(config.scheduler, checkNumSteps(config, numSteps))
}
