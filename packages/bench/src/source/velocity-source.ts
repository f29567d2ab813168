import { calibrate, FastFlowError, invalidArgument, type Schedule, type Velocity } from '@fastflow/core'
import {
  checkCallback,
  checkFunction,
  checkOptions,
  checkPositive,
  checkText,
  type OptionNames,
} from '@fastflow/core/backend'
import type { Flow } from '@fastflow/pipelines'
import type { BenchSource } from './source.ts'

export interface VelocitySourceOptions {
  /** What the document calls the model. */
  readonly model: string
  /** The velocity field; `velocityOf` where it depends on the turn, such as a condition that goes in turn with the seed. */
  readonly velocity?: Velocity<Float32Array>
  readonly velocityOf?: (seed: number) => Velocity<Float32Array>
  /** The grid of so many steps, e.g. `linearSchedule`. */
  readonly schedule: (numSteps: number) => Schedule
  /** The noise of a seed, e.g. `(seed) => fillNormal(new Float32Array(3072), seed)`. */
  readonly noise: (seed: number) => Float32Array
  /** Peak-to-peak range of final states that decibels refer to. Default 2. */
  readonly range?: number
  /** Picture of a final state divided by `range / 2`, for SSIM; left out where states are no pictures. */
  readonly toImage?: Flow['toImage']
  /** Milliseconds of a monotonic clock, e.g. `() => performance.now()`, for the time inside the velocity. Without one it is 0. */
  readonly now?: () => number
}

const names: OptionNames<VelocitySourceOptions> = {
  model: true,
  velocity: true,
  velocityOf: true,
  schedule: true,
  noise: true,
  range: true,
  toImage: true,
  now: true,
}

/**
 * Any velocity as something to bench: no pipeline, no ONNX, no guidance (a velocity that guides itself counts as one pass).
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function velocitySource(options: VelocitySourceOptions): BenchSource {
  checkOptions('options', options, names)
  checkText('model', options.model, 'what to call the model')
  checkFunction('schedule', options.schedule, '(numSteps) => linearSchedule(numSteps)')
  checkFunction('noise', options.noise, '(seed) => fillNormal(new Float32Array(n), seed)')
  const { model, velocity, velocityOf, schedule, noise, range = 2, toImage, now = () => 0 } = options
  checkPositive('range', range)
  checkCallback('velocity', velocity, '(x, sigma) => v')
  checkCallback('velocityOf', velocityOf, '(seed) => (x, sigma) => v')
  checkCallback('toImage', toImage, '(state) => image')
  checkFunction('now', now, '() => performance.now()')
  if (velocity === undefined && velocityOf === undefined)
    throw invalidArgument('velocity', 'is missing; pass velocity or velocityOf')
  const own = (seed: number): Velocity<Float32Array> => (velocityOf ? velocityOf(seed) : velocity!)
  return {
    model,
    executionProvider: 'function',
    planKey: ({ numSteps = 50 } = {}) => ({ schedule: schedule(numSteps) }),
    async prepareTurn(_turn, { seed = 0, numSteps = 50 } = {}) {
      const timed = timing(own(seed), now)
      return {
        caption: model,
        noise: noise(seed),
        velocity: timed.velocity,
        schedule: schedule(numSteps),
        passesPerEvaluation: 1,
        numFrames: 1,
        fps: undefined,
        modelMs: timed.ms,
        pixels: async (x) => x.map((value) => (2 * value) / range),
        ...(toImage && { toImage }),
        failure: ({ kind, remedy }) =>
          new FastFlowError({
            code: kind === 'non-finite' ? 'non-finite-velocity' : 'aborted',
            field: kind === 'non-finite' ? 'velocity' : 'signal',
            message: remedy,
          }),
      }
    },
    calibrate: ({
      numSteps = 50,
      budgets,
      passes,
      evaluations,
      target,
      start,
      certify,
      signal,
      onProgress,
    } = {}) =>
      calibrate({
        velocityOf: own,
        schedule: schedule(numSteps),
        noise,
        range,
        ...(budgets && { budgets }),
        ...(passes && { passes }),
        ...(evaluations !== undefined && { evaluations }),
        ...(target && { target }),
        ...(start && { start }),
        ...(certify !== undefined && { certify }),
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
      }),
  }
}

function timing(
  velocity: Velocity<Float32Array>,
  now: () => number,
): { readonly velocity: Velocity<Float32Array>; ms(): number } {
  let ms = 0
  return {
    ms: () => ms,
    async velocity(x, sigma, call) {
      const began = now()
      try {
        return await velocity(x, sigma, call)
      } finally {
        ms += now() - began
      }
    },
  }
}
