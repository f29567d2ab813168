import type { FastFlowErrorCode, LoadProgress, TensorInfo } from '@fastflow/core'
import type { PackedTensor } from '@fastflow/core/backend'
import type { Execution } from './execution/execution.ts'
import type { ExecutionProviderConfig } from './execution/providers.ts'
import type { SessionOptions } from './execution/session-options.ts'
import type { FileStamp, KnownDigest } from './file-stamp.ts'

/** What the worker needs to create its session. */
export interface LoadRequest {
  readonly kind: 'load'
  /** A path on disk, or the model itself. */
  readonly source: string | Uint8Array
  /** What the user calls the model: shown in progress and errors. */
  readonly file: string
  readonly threads: number
  readonly spin: boolean
  readonly mapWeights?: boolean
  /** Tried in this order; the processor where there are none. */
  readonly executionProviders?: readonly ExecutionProviderConfig[]
  readonly sessionOptions?: SessionOptions
  /** Its digest when it was last hashed, taken over where its files have not changed since. */
  readonly known?: KnownDigest
}

/** Reads a model without loading it: its digest, or its size in bytes. */
export interface InspectRequest {
  readonly kind: 'digest' | 'size'
  readonly source: string
  readonly file: string
}

/** Tries an execution provider on a small network. */
export interface ProbeRequest {
  readonly kind: 'probe'
  readonly provider: ExecutionProviderConfig
}

/** A digest of files that may be remembered where they are told: they did not change meanwhile. */
export interface Digested {
  readonly digest: string
  readonly files?: readonly FileStamp[]
}

export interface RunRequest {
  readonly kind: 'run'
  readonly slot: number
  /** Sent once, and again when the slot had to grow. */
  readonly input: SharedArrayBuffer | undefined
  readonly feeds: readonly PackedTensor[]
  readonly fetches: readonly string[]
}

export type Request = LoadRequest | InspectRequest | ProbeRequest | RunRequest | { readonly kind: 'dispose' }

export interface ModelInfo extends Digested {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  /** What it runs on; the processor where a worker does not say. */
  readonly execution?: Execution
}

/** A `FastFlowError` on its way between threads (class and marker do not survive the clone). */
export interface Failure {
  readonly code: FastFlowErrorCode
  readonly field: string
  readonly message: string
}

export interface RunReply {
  readonly kind: 'ran'
  readonly slot: number
  /** Sent once, and again when it had to grow. */
  readonly output: SharedArrayBuffer | ArrayBuffer | undefined
  readonly outputs: readonly PackedTensor[]
  readonly ms: number
}

export type InspectReply =
  | { readonly kind: 'digested'; readonly digested: Digested }
  | { readonly kind: 'measured'; readonly bytes: number }

export type Reply =
  | { readonly kind: 'progress'; readonly progress: Omit<LoadProgress, 'name'> }
  | { readonly kind: 'loaded'; readonly info: ModelInfo }
  | InspectReply
  | { readonly kind: 'probed'; readonly works: boolean; readonly reason: string }
  | { readonly kind: 'load-failed'; readonly failure: Failure }
  | RunReply
  | { readonly kind: 'run-failed'; readonly slot: number; readonly message: string }
