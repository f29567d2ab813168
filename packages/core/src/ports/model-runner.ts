import type { VectorSpace } from '../space/vector-space.ts'

export type TensorType = 'float32' | 'float16' | 'int64' | 'int32' | 'bool' | 'uint8'

/** A dense tensor in row-major order. `data` is a Float32Array, BigInt64Array, Uint16Array (float16), ... */
export interface Tensor {
  readonly type: TensorType
  readonly dims: readonly number[]
  readonly data: Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array
}

/** One input or output of a model. */
export interface TensorInfo {
  readonly name: string
  readonly type: TensorType
  /** -1 (or a name) marks a dimension that may vary between runs. */
  readonly dims: readonly (number | string)[]
}

/** Named tensors, in onnxruntime's words: what goes in, and what is asked for. */
export type Feeds = Readonly<Record<string, Tensor>>

/**
 * One loaded network. Runs never block the caller's event loop.
 *
 * `run` may be called again before the previous call has settled; calls are served in order.
 */
export interface ModelRunner {
  readonly version: 1
  /** Shown in diagnostics, e.g. `onnxruntime-node/cpu`. */
  readonly executionProvider: string
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  /**
   * SHA-256, hex, of the model file, followed by its external data files in the order of their names if it
   * has any: part of every policy key.
   */
  readonly digest: string
  /**
   * One forward pass. Feeds are copied before the call returns and may be reused at once. `fetches` lists output names, all when omitted.
   *
   * Pass `into` to have outputs written to arrays of the caller's, which saves an allocation per call.
   * `timing.ms` is the time inside the network alone, copies and messages excluded.
   *
   * @throws FastFlowError `model-mismatch` for a missing, unknown or wrongly shaped feed,
   *   `model-failed` when the network fails, `limit-exceeded` where it takes more time or memory than the backend was
   *   told to allow it, `runner-disposed` after `dispose`.
   */
  run(feeds: Feeds, options?: RunOptions): Promise<RunResult>
  /** Runs on states that stay where the network computes; undefined where that is ordinary memory. */
  readonly resident?: ResidentRunner | undefined
  /** Frees the network; running calls finish first, within limits of the backend. Calling it again does nothing. */
  dispose(): Promise<void>
}

/**
 * A network that reads its state from the memory of a graphics card and leaves the velocity there: pass `space` to `sample`,
 * and nothing but the numbers that decisions need leaves the card between steps.
 *
 * Vectors belong to the runner that made them and to runners of the same backend; they are lost with the last of these.
 */
export interface ResidentRunner<T = unknown> {
  readonly space: VectorSpace<T>
  /** A new vector of these values. */
  upload(values: Float32Array): T
  download(x: T): Promise<Float32Array>
  /**
   * One forward pass. Vectors are float32 and have the shape that is told beside them; what `outputs` names is written to
   * those vectors, and nothing else is computed.
   *
   * @throws FastFlowError as `ModelRunner.run`.
   */
  run(
    feeds: Readonly<Record<string, Tensor | ResidentTensor<T>>>,
    outputs: Readonly<Record<string, ResidentTensor<T>>>,
  ): Promise<Pick<RunResult, 'timing'>>
}

/** A vector and the shape a network sees it in. */
export interface ResidentTensor<T> {
  readonly vector: T
  readonly dims: readonly number[]
}

export interface RunOptions {
  readonly fetches?: readonly string[]
  readonly into?: Readonly<Record<string, Tensor>>
}

export interface RunResult {
  readonly outputs: Readonly<Record<string, Tensor>>
  readonly timing: { readonly ms: number }
}
