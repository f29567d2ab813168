import {
  fillNormal,
  float32Space,
  invalidArgument,
  isRecord,
  type Schedule,
  scheduleFromConfig,
  takesBothPasses,
  type VectorSpace,
} from '@fastflow/core'
import { checkMethods, checkNumber, checkWhole, shown, throwIfAborted } from '@fastflow/core/backend'
import type { Flow } from '../flow.ts'
import type { CalibrationOptions, CalibrationSource } from '../plan/calibrate.ts'
import type { RunKey } from '../policy/document.ts'
import { checkPixels, toRgb } from '../state/pixels.ts'
import type { MeasuredSource } from '../target/measure-quality.ts'
import type { QualityOptions } from '../target/options.ts'
import { batchedPasses } from './batched-passes.ts'
import { checkGuidance, checkNumSteps, checkSeed } from './checks.ts'
import { failureOf } from './failure.ts'
import { checkGuidanceInterval } from './guidance-interval.ts'
import { type GuidedVelocityOptions, guidedVelocity } from './guided-velocity.ts'
import type { FlowOptions, RunSettings } from './options.ts'
import { ordinaryStates, type States } from './states.ts'
import type { Condition, TaskModel } from './task-model.ts'

/** A flow with the memory its states live in. */
export interface PreparedFlow<T> extends Flow<T> {
  readonly space: VectorSpace<T>
  download(x: T): Promise<Float32Array>
  /** Gives back what the flow keeps for its evaluations; none may follow. */
  release(): void
}

/** One generation under a condition, not yet sampled. Cost: no evaluation. */
export function prepareFlow<T>(
  model: TaskModel,
  condition: Condition,
  options: FlowOptions,
  states: States<T>,
): PreparedFlow<T> {
  const { size, fps } = model
  const { space } = states
  const dims = model.dims(options.numFrames)
  const guidance = guidanceOf(model, options)
  const seed = checkSeed(options.seed)
  const plane = 3 * size * size
  const runner = states.passes(model, dims)
  const numFrames = framesOf(model, dims)
  const noise = states.upload(noiseOf(dims, seed))
  return {
    ...guidedVelocity({ runner, condition, ...guidance }),
    space,
    caption: condition.caption,
    noise,
    schedule: scheduleOf(model, options.numSteps),
    numFrames,
    fps,
    async pixels(x, signal) {
      throwIfAborted(signal, 'decoding')
      return checkPixels(await states.decode(model, checkLike('x', x, noise), dims, signal))
    },
    toImage(pixels, frame = 0) {
      checkFrame(frame, numFrames)
      if (pixels?.[Symbol.toStringTag] !== 'Float32Array' || pixels.length !== numFrames * plane)
        throw invalidArgument('pixels', `${shown(pixels)} are not what pixels(x) of this flow returned`)
      return toRgb(pixels.subarray(frame * plane, (frame + 1) * plane), size)
    },
    async preview(event, frame = 0) {
      const { x, velocity, sigma } = checkMethods('event', event, [], 'what onStep is told') as typeof event
      checkLike('event.x', x, noise)
      checkLike('event.velocity', velocity, noise)
      checkNumber('event.sigma', sigma, 0, 1)
      checkFrame(frame, numFrames)
      const end = space.allocate(x)
      try {
        space.linearCombination(end, [
          { weight: 1, vector: x },
          { weight: -sigma, vector: velocity },
        ])
        return model.preview(await states.download(end), dims, frame)
      } finally {
        space.release(end)
      }
    },
    download: (x) => states.download(x),
    failure: failureOf,
    release() {
      runner.release()
      space.release(noise)
    },
  }
}

/** Runs to calibrate on: the conditions take turns with the seed, so that a calibration sees all of them. */
export async function calibrationSourceOf(
  model: TaskModel,
  options: CalibrationOptions,
): Promise<CalibrationSource> {
  const run = runKeyOf(model, options)
  const { dims, guidanceScale, guidanceInterval } = run
  const conditions = await model.calibrationConditions(options)
  return {
    run,
    noise: (seed) => noiseOf(dims, seed),
    velocityOf(seed) {
      const condition = conditions[seed % conditions.length]!
      const runner = batchedPasses(model.network, dims)
      return guidedVelocity({ runner, condition, guidanceScale, guidanceInterval }).velocity
    },
  }
}

/** Generations to measure the quality of plans on; the conditions take turns. */
export async function measuredSourceOf(model: TaskModel, options: QualityOptions): Promise<MeasuredSource> {
  const conditions = await model.calibrationConditions({
    ...(options.prompts && { prompts: options.prompts }),
    ...(options.images && { images: options.images }),
    ...(options.signal && { signal: options.signal }),
  })
  return {
    run: runKeyOf(model, options),
    flow(turn, seed) {
      const condition = conditions[turn % conditions.length]!
      const states = ordinaryStates(float32Space)
      const flow = prepareFlow(model, condition, { ...options, seed }, states)
      return { flow, feeds: condition.feeds }
    },
  }
}

/** How strongly guidance acts, and where. */
function guidanceOf(
  model: TaskModel,
  options: RunSettings,
): Pick<GuidedVelocityOptions<unknown>, 'guidanceScale' | 'guidanceInterval'> {
  const guidanceScale = checkGuidance(model, options.guidanceScale)
  return { guidanceScale, guidanceInterval: checkGuidanceInterval(options.guidanceInterval, guidanceScale) }
}

/** What every policy and plan made with these options depends on. */
export function runKeyOf(model: TaskModel, options: RunSettings): RunKey {
  const { guidanceScale, guidanceInterval } = guidanceOf(model, options)
  return {
    model: model.digest,
    schedule: scheduleOf(model, options.numSteps),
    guidanceScale,
    ...(guidanceInterval && { guidanceInterval }),
    guided: model.guided && takesBothPasses(guidanceScale),
    dims: model.dims(options.numFrames),
    ownDims: model.dims(),
    dtype: 'float32',
    range: model.range,
  }
}

/** Clips have an axis of frames behind the channels. */
function framesOf({ fps }: TaskModel, dims: readonly number[]): number {
  return fps === undefined ? 1 : dims[1]!
}

function noiseOf(dims: readonly number[], seed: number): Float32Array {
  return fillNormal(new Float32Array(dims.reduce((product, n) => product * n, 1)), seed)
}

function scheduleOf(model: TaskModel, numSteps: number | undefined): Schedule {
  return scheduleFromConfig(model.scheduler, checkNumSteps(model, numSteps))
}

/** A vector of the flow's own kind and size. */
function checkLike<T>(field: string, x: T, like: T): T {
  const size = (vector: unknown): unknown =>
    isRecord(vector) && [vector[Symbol.toStringTag as never], vector.length].join()
  if (size(x) === size(like)) return x
  throw invalidArgument(field, `${shown(x)} is not a state of this flow; pass one of the size of its noise`)
}

function checkFrame(frame: number, numFrames: number): void {
  checkWhole('frame', frame, 0, numFrames - 1)
}
