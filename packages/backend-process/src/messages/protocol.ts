import type { FastFlowErrorCode, LoadProgress, TensorInfo } from '@fastflow/core'
import type { PackedTensor } from '@fastflow/core/backend'
import type { Failure } from './progress.ts'

// What this process and a worker say to each other: headers of frames, in turns, every one with the `id` of the question. The
// README has it for people who write workers in other languages.

export const protocolVersion = 1

export type WorkerRequest =
  /** The first: what the folder has. */
  | { readonly kind: 'open'; readonly version: number; readonly location: string }
  | { readonly kind: 'read'; readonly file: string }
  | { readonly kind: 'load'; readonly network: string; readonly threads?: number }
  /** Its payload are the feeds. */
  | {
      readonly kind: 'run'
      readonly network: string
      readonly feeds: readonly PackedTensor[]
      readonly fetches: readonly string[]
    }
  | { readonly kind: 'release'; readonly network: string }

/** A folder as a worker serves it. */
export interface ServedNames {
  /** What networks run on, such as `torch/cuda`. */
  readonly name: string
  /** Paths of networks in the folder, such as `transformer/model.onnx`, whether or not there are such files. */
  readonly networks: readonly string[]
  /** Paths of files that can be read. */
  readonly files: readonly string[]
}

/** A question or an answer as it travels. */
export type Numbered<Message> = Message & { readonly id: number }

export interface NetworkInfo {
  readonly inputs: readonly TensorInfo[]
  readonly outputs: readonly TensorInfo[]
  /** SHA-256, hex, of what makes up the network. */
  readonly digest: string
}

export type WorkerReply =
  | ({ readonly kind: 'opened'; readonly version: number } & ServedNames)
  /** Its payload is the file. */
  | { readonly kind: 'file' }
  | { readonly kind: 'progress'; readonly progress: Omit<LoadProgress, 'name'> }
  | { readonly kind: 'loaded'; readonly info: NetworkInfo }
  /** Its payload are the outputs. */
  | { readonly kind: 'ran'; readonly outputs: readonly PackedTensor[]; readonly ms: number }
  | { readonly kind: 'released' }
  /** Instead of any of these but `progress`. */
  | { readonly kind: 'failed'; readonly failure: Failure<WorkerFailureCode> }

/** Codes of the errors that a worker may report. */
export type WorkerFailureCode = Extract<
  FastFlowErrorCode,
  | 'model-not-found'
  | 'model-unreadable'
  | 'model-mismatch'
  | 'model-failed'
  | 'limit-exceeded'
  | 'unsupported'
  | 'invalid-argument'
>
