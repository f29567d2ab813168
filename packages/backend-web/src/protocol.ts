import type { LoadProgress, TensorInfo } from '@fastflow/core'
import type { PackedTensor } from '@fastflow/core/backend'
import type { Failure } from './failure.ts'
import type { Notice } from './notice.ts'
import type { Attempt } from './support.ts'

/** The first message: what to run networks on. */
export interface StartRequest {
  readonly kind: 'start'
  readonly attempt: Attempt
  /** Folder that onnxruntime-web is served from; undefined where it is found by name. */
  readonly runtime: string | undefined
}

export interface LoadRequest {
  readonly kind: 'load'
  readonly session: number
  /** The URL of a model, or the model itself. */
  readonly source: string | Uint8Array
  /** What the user calls the model: shown in progress and errors. */
  readonly file: string
  /** Whether files are kept in the browser's cache. */
  readonly cache: boolean
}

/** Both buffers travel to the worker and back, so that a call allocates nothing once they are large enough. */
export interface RunRequest {
  readonly kind: 'run'
  readonly session: number
  readonly call: number
  readonly input: ArrayBuffer
  readonly output: ArrayBuffer
  readonly feeds: readonly PackedTensor[]
  readonly fetches: readonly string[]
  /** Feeds and outputs that are vectors on the graphics card. */
  readonly resident?: {
    readonly feeds: readonly ResidentTensor[]
    readonly outputs: readonly ResidentTensor[]
  }
}

export interface ResidentTensor {
  readonly name: string
  readonly vector: number
  readonly dims: readonly number[]
}

/** Work on vectors on the graphics card that has no answer; `vector` is what it makes, changes or frees. */
export type VectorRequest =
  | {
      readonly kind: 'allocate'
      readonly vector: number
      readonly length: number
      readonly data?: Float32Array
    }
  | { readonly kind: 'copy'; readonly vector: number; readonly from: number }
  | {
      readonly kind: 'combine'
      readonly vector: number
      readonly terms: readonly { readonly weight: number; readonly vector: number }[]
    }
  | { readonly kind: 'free'; readonly vector: number }

/** Asks for a number: a dot product, a mean squared difference, the largest biased exponent. */
export interface ReduceRequest {
  readonly kind: 'reduce'
  readonly call: number
  readonly what: 'dot' | 'difference' | 'exponent'
  readonly a: number
  readonly b: number
}

export interface ReadRequest {
  readonly kind: 'read'
  readonly call: number
  readonly vector: number
}

export type Request =
  | StartRequest
  | LoadRequest
  | RunRequest
  | VectorRequest
  | ReduceRequest
  | ReadRequest
  /** Ends a load under way, with a failure of code `aborted`. */
  | { readonly kind: 'cancel'; readonly session: number }
  | { readonly kind: 'release'; readonly session: number }

export interface ModelInfo {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  readonly digest: string
}

export type Progress = Omit<LoadProgress, 'name'>

export interface RunReply {
  readonly kind: 'ran'
  readonly call: number
  readonly input: ArrayBuffer
  readonly output: ArrayBuffer
  readonly outputs: readonly PackedTensor[]
  readonly ms: number
}

export type Reply =
  | { readonly kind: 'started'; readonly reason: string }
  | { readonly kind: 'start-failed'; readonly reason: string }
  /** The runtime's WebAssembly is there; what is left of starting waits for nobody's network. */
  | { readonly kind: 'downloaded' }
  | { readonly kind: 'progress'; readonly session: number; readonly progress: Progress }
  | { readonly kind: 'notice'; readonly session: number; readonly notice: Notice }
  | { readonly kind: 'loaded'; readonly session: number; readonly info: ModelInfo }
  | { readonly kind: 'load-failed'; readonly session: number; readonly failure: Failure }
  | RunReply
  | {
      readonly kind: 'run-failed'
      readonly call: number
      readonly input: ArrayBuffer
      readonly output: ArrayBuffer
      readonly message: string
    }
  | { readonly kind: 'released'; readonly session: number }
  | { readonly kind: 'reduced'; readonly call: number; readonly value: number }
  | { readonly kind: 'read'; readonly call: number; readonly data: Float32Array }
  /** Nothing will run any more: memory or the graphics device is lost. */
  | { readonly kind: 'broken'; readonly reason: string }
