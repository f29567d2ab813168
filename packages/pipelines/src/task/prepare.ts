import { fillNormal, invalidArgument, isRecord, type VectorSpace } from '@fastflow/core'
import { checkMethods, checkNumber, checkWhole, shown, throwIfAborted } from '@fastflow/core/backend'
import type { Flow } from '../flow.ts'
import { checkPixels, toRgb } from '../state/pixels.ts'
import { layoutOf } from '../state/planes.ts'
import { checkSeed } from './checks.ts'
import { failureOf } from './failure.ts'
import { guidedVelocity } from './guided-velocity.ts'
import type { FlowOptions } from './options.ts'
import { guidanceOf, scheduleOf } from './run-key.ts'
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
  const { size, fps } = model
  const { space } = states
  const dims = model.dims(options.numFrames)
  const guidance = guidanceOf(model, options)
  const seed = checkSeed(options.seed)
  const plane = 3 * size * size
  const runner = states.passes(model, dims)
  const numFrames = layoutOf(dims).frames
  const noise = states.upload(noiseOf(dims, seed))
  const guided = guidedVelocity({ runner, condition, ...guidance })
  return {
    ...guided,
    async velocity(x, sigma, call) {
      checkLike('x', x, noise)
      checkNumber('sigma', sigma, 0)
      checkMethods('call', call, [], '{ index, branch, signal, out }')
      checkLike('call.out', call.out, noise)
      return guided.velocity(x, sigma, call)
    },
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

export function noiseOf(dims: readonly number[], seed: number): Float32Array {
  return fillNormal(new Float32Array(dims.reduce((product, n) => product * n, 1)), seed)
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
