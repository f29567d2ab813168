import { fillNormal, invalidArgument, isRecord, type VectorSpace } from '@fastflow/core'
import { checkMethods, checkNumber, checkWhole, shown, throwIfAborted } from '@fastflow/core/backend'
import type { Flow } from '../flow.ts'
import { checkPixels, toRgb } from '../state/pixels.ts'
import { checkSeed } from './checks.ts'
import { failureOf } from './failure.ts'
import type { FlowOptions } from './options.ts'
import { ownSolver } from './own-solver.ts'
import type { RunKey } from './run.ts'
import { runKeyOf } from './run-key.ts'
import { type Shape, sizeOf } from './shape.ts'
import type { States } from './states.ts'
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
  const { space } = states
  const run = runKeyOf(model, options)
  const shape = model.shape(options)
  const solver = ownSolver(run.solver())
  const { width, height, numFrames } = shape
  const plane = 3 * width * height
  const noise = states.upload(startOf(condition, run, shape, options))
  const { release, ...metered } = model.velocity(condition, run, states)
  return {
    ...metered,
    async velocity(x, sigma, call) {
      checkLike('x', x, noise)
      checkNumber('sigma', sigma, 0)
      checkMethods('call', call, [], '{ index, branch, signal, out }')
      checkLike('call.out', call.out, noise)
      return metered.velocity(x, sigma, call)
    },
    space,
    caption: condition.caption,
    noise,
    schedule: run.schedule,
    ...(solver && { solver }),
    numFrames,
    fps: options.fps ?? model.fps,
    async pixels(x, signal) {
      throwIfAborted(signal, 'decoding')
      return checkPixels(await states.decode(model, checkLike('x', x, noise), shape, signal))
    },
    toImage(pixels, frame = 0) {
      checkFrame(frame, numFrames)
      if (pixels?.[Symbol.toStringTag] !== 'Float32Array' || pixels.length !== numFrames * plane)
        throw invalidArgument('pixels', `${shown(pixels)} are not what pixels(x) of this flow returned`)
      return toRgb(pixels.subarray(frame * plane, (frame + 1) * plane), width, height)
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
        return model.preview(await states.download(end), shape, frame)
      } finally {
        space.release(end)
      }
    },
    download: (x) => states.download(x),
    failure: failureOf,
    release() {
      release()
      space.release(noise)
    },
  }
}

/** The state a run begins at: noise of the seed, the picture noised as far as the run's first noise level, or what is given. */
export function startOf(
  { clean }: Pick<Condition, 'clean'>,
  { schedule }: Pick<RunKey, 'schedule'>,
  shape: Pick<Shape, 'dims'>,
  { seed, latents }: Pick<FlowOptions, 'seed' | 'latents'>,
): Float32Array {
  const size = sizeOf(shape)
  if (latents !== undefined) return latents.slice()
  const noise = fillNormal(new Float32Array(size), checkSeed(seed))
  if (clean === undefined) return noise
  const sigma = schedule.sigmas[0]!
  return noise.map((value, k) => sigma * value + (1 - sigma) * clean[k]!)
}

/** A state of the user's. @throws FastFlowError `invalid-argument` for one of another kind or size, or with numbers that are none. */
export function checkLatents(latents: Float32Array | undefined, { dims }: Pick<Shape, 'dims'>): void {
  if (latents === undefined) return
  const size = sizeOf({ dims })
  const wanted = `${size} numbers in a Float32Array, of the shape [${dims.join(', ')}]`
  if (latents?.[Symbol.toStringTag] !== 'Float32Array')
    throw invalidArgument('latents', `${shown(latents)} is no state; pass ${wanted}`)
  if (latents.length !== size)
    throw invalidArgument('latents', `has ${latents.length} numbers; these settings need ${wanted}`)
  const at = latents.findIndex((value) => !Number.isFinite(value))
  if (at >= 0) throw invalidArgument('latents', `[${at}] is ${latents[at]}, not a finite number`)
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
