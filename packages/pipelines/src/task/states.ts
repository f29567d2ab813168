import type { AbortSignalLike, ResidentRunner, VectorSpace } from '@fastflow/core'
import { batchedPasses } from './batched-passes.ts'
import type { Network, PassRunner } from './passes.ts'
import { residentPasses } from './resident-passes.ts'
import type { Shape } from './shape.ts'

/** Makes pixels of final states, wherever they live. */
export interface Decoder {
  decode(
    x: Float32Array,
    shape: Shape,
    signal: AbortSignalLike | undefined,
  ): Float32Array | Promise<Float32Array>
  readonly decodeResident: ((x: unknown, shape: Shape) => Promise<Float32Array>) | undefined
}

/** Where the states of a generation live, and how networks are run on them there. */
export interface States<T = unknown> {
  readonly space: VectorSpace<T>
  /** A state of these values; in ordinary memory the values themselves. */
  upload(values: Float32Array): T
  download(x: T): Promise<Float32Array>
  passes(network: Network, dims: readonly number[]): PassRunner<T>
  /** Planar pixels of a final state, as the decoder's. */
  decode(decoder: Decoder, x: T, shape: Shape, signal: AbortSignalLike | undefined): Promise<Float32Array>
}

/** States that every network can be run on. */
export function ordinaryStates(space: VectorSpace<Float32Array>): States<Float32Array> {
  return {
    space,
    upload: (values) => values,
    download: async (x) => x,
    passes: (network, dims) => batchedPasses(network, dims),
    decode: async (decoder, x, shape, signal) => decoder.decode(x, shape, signal),
  }
}

/** States that stay on the graphics card from the noise to the pixels. */
export function residentStates<T>(runner: ResidentRunner<T>): States<T> {
  return {
    space: runner.space,
    upload: (values) => runner.upload(values),
    download: (x) => runner.download(x),
    passes: (network, dims) => residentPasses(runner, network, dims),
    decode: async (decoder, x, shape, signal) =>
      decoder.decodeResident
        ? decoder.decodeResident(x, shape)
        : decoder.decode(await runner.download(x), shape, signal),
  }
}
