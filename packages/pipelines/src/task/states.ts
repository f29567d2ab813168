import type { AbortSignalLike, ResidentRunner, VectorSpace } from '@fastflow/core'
import { batchedPasses } from './batched-passes.ts'
import type { PassRunner } from './passes.ts'
import { residentPasses } from './resident-passes.ts'
import type { TaskModel } from './task-model.ts'

/** Where the states of a generation live, and how networks are run on them there. */
export interface States<T = unknown> {
  readonly space: VectorSpace<T>
  /** A state of these values; in ordinary memory the values themselves. */
  upload(values: Float32Array): T
  download(x: T): Promise<Float32Array>
  passes(model: Pick<TaskModel, 'network'>, dims: readonly number[]): PassRunner<T>
  /** Planar pixels of a final state, as `TaskModel.decode`. */
  decode(
    model: TaskModel,
    x: T,
    dims: readonly number[],
    signal: AbortSignalLike | undefined,
  ): Promise<Float32Array>
}

/** States that every network can be run on. */
export function ordinaryStates(space: VectorSpace<Float32Array>): States<Float32Array> {
  return {
    space,
    upload: (values) => values,
    download: async (x) => x,
    passes: ({ network }, dims) => batchedPasses(network, dims),
    decode: async (model, x, dims, signal) => model.decode(x, dims, signal),
  }
}

/** States that stay on the graphics card from the noise to the pixels. */
export function residentStates<T>(runner: ResidentRunner<T>): States<T> {
  return {
    space: runner.space,
    upload: (values) => runner.upload(values),
    download: (x) => runner.download(x),
    passes: ({ network }, dims) => residentPasses(runner, network, dims),
    decode: async (model, x, dims, signal) =>
      model.decodeResident
        ? model.decodeResident(x, dims)
        : model.decode(await runner.download(x), dims, signal),
  }
}
