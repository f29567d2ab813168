import { availableParallelism } from 'node:os'
import { type AbortSignalLike, invalidArgument, type LoadProgress } from '@fastflow/core'
import { checkCallback, checkFlag, type OptionNames, shown } from '@fastflow/core/backend'
import {
  checkExecutionProviders,
  type ExecutionProviderConfig,
  type ExecutionProviderName,
} from './execution/providers.ts'
import { checkSessionOptions, type SessionOptions } from './execution/session-options.ts'
import { type CheckedIsolation, checkIsolation, type IsolationOptions } from './limits.ts'
import type { OnNotice } from './notice.ts'

export interface ThreadOptions {
  /** Threads inside each worker's network; by default the cores divided by `workers`. */
  readonly threads?: number
  /**
   * Worker threads (or processes) per model, each with its own copy of the weights; 1 by default. More serve calls
   * side by side, which pays for many small independent calls only.
   */
  readonly workers?: number
  /**
   * Whether network threads wait for work in a busy loop; false by default: where other
   * processes want the cores too, waiting threads only take time from the rest (`pnpm bench` measures both).
   */
  readonly spin?: boolean
}

export interface ExecutionOptions {
  /**
   * What networks run on: the first of these that gives the right answer for a small network and loads the one that is to
   * run. `['cpu']` by default. An object has options of the provider beside its name: `{ name: 'cuda', deviceId: 1 }`.
   */
  readonly executionProviders?: readonly (ExecutionProviderName | ExecutionProviderConfig)[]
  readonly sessionOptions?: SessionOptions
  /** Told what networks run on, and why on nothing before it, where `executionProviders` is given; each message once. */
  readonly onNotice?: OnNotice
}

/** Options of every network that a backend loads. */
export interface NodeBackendOptions extends ThreadOptions, IsolationOptions, ExecutionOptions {}

export interface ModelRunnerOptions extends NodeBackendOptions {
  /** Name of the model in progress reports and errors; the path by default. */
  readonly name?: string
  readonly onProgress?: (progress: LoadProgress) => void
  /**
   * Whether weights beside the model stay in their files, which are mapped: loads at once, gives all memory back, and runs up to a
   * fifth slower. The files must not be written to meanwhile. False by default.
   */
  readonly mapWeights?: boolean
  /** Cancels loading, whatever onnxruntime is doing; looked at twenty times a second and whenever there is progress. */
  readonly signal?: AbortSignalLike
}

export const backendNames: OptionNames<NodeBackendOptions> = {
  threads: true,
  workers: true,
  spin: true,
  isolation: true,
  limits: true,
  executionProviders: true,
  sessionOptions: true,
  onNotice: true,
}

export const runnerNames: OptionNames<ModelRunnerOptions> = {
  ...backendNames,
  name: true,
  onProgress: true,
  mapWeights: true,
  signal: true,
}

/** Options of a backend, with their defaults. */
export interface CheckedOptions {
  readonly threads: number
  readonly workers: number
  readonly settings: CheckedIsolation
  /** Undefined where nothing is asked for: the processor. */
  readonly executionProviders: readonly ExecutionProviderConfig[] | undefined
  readonly sessionOptions: SessionOptions
}

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkBackendOptions(options: NodeBackendOptions): CheckedOptions {
  checkFlag('spin', options.spin)
  const { workers = 1 } = options
  positive('workers', workers)
  const { threads = Math.max(1, Math.floor(availableParallelism() / workers)) } = options
  positive('threads', threads)
  checkCallback('onNotice', options.onNotice, '(notice) => ...')
  return {
    threads,
    workers,
    settings: checkIsolation(options),
    executionProviders: checkExecutionProviders(options.executionProviders),
    sessionOptions: checkSessionOptions(options.sessionOptions),
  }
}

function positive(field: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > 1024) {
    throw invalidArgument(field, `must be a whole number from 1 to 1024, got ${shown(value)}`)
  }
}
