import { resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { filePolicyStore, type Isolation, nodeBackend } from '@fastflow/backend-node'
import { commandWords, processBackend } from '@fastflow/backend-process'
import type { PolicyStore } from '@fastflow/core'
import {
  type Defaults,
  type LoadPipelineOptions,
  loadPipeline,
  type Pipeline,
  type RunSettings,
} from '@fastflow/pipelines'
import type { Io } from './io.ts'
import { findModel } from './models.ts'
import { type RunOptions, runSettingsOf } from './run-options.ts'

/** Options every command that loads a model has. */
export interface ModelOptions {
  readonly model: string
  readonly threads?: number
  /** Where the networks live; `process` for models one did not make. */
  readonly isolation?: Isolation
  /** The command of a worker process that they live in instead. */
  readonly worker?: string
  /** How many of its networks are in memory at a time. */
  readonly memory?: NonNullable<LoadPipelineOptions['memory']>
  /** Folder learned policies are kept in; in memory when undefined. */
  readonly store?: string
  /** Where they are kept instead. */
  readonly policies?: PolicyStore
}

/** Steps, guidance and frames of a run, the model's own where the options leave them out. */
export function fullRunOf(
  { defaults: { numSteps, guidanceScale, numFrames } }: Pick<Pipeline, 'defaults'>,
  options: RunOptions,
): FullRun {
  const { guidanceInterval, ...given } = runSettingsOf(options)
  return {
    numSteps: given.numSteps ?? numSteps,
    guidanceScale: given.guidanceScale ?? guidanceScale,
    ...(numFrames !== undefined && { numFrames: given.numFrames ?? numFrames }),
    ...(guidanceInterval && { guidanceInterval }),
  }
}

/** Pixels on a side of the pictures a model takes; undefined where it resizes them itself. */
export function pictureSizeOf({ defaults, size }: Pick<Pipeline, 'defaults' | 'size'>): number | undefined {
  return defaults.width === undefined ? size : undefined
}

/** What is known of every full run. */
type FullRun = Pick<Defaults, 'numSteps' | 'guidanceScale'> &
  Pick<RunSettings, 'numFrames' | 'guidanceInterval'>

/** The folder of learned policies that `--cache` names. */
export function storeOf(io: Io, cache: string | undefined): Pick<ModelOptions, 'store'> {
  return cache === undefined ? {} : { store: resolve(io.cwd, cache) }
}

/** Loads the model; the caller frees it. */
export async function openPipeline(io: Io, options: ModelOptions): Promise<Pipeline> {
  const location = await findModel(io, options.model)
  const { isolation, worker } = options
  const backend = worker
    ? processBackend({ command: commandWords(worker), policyStore: filePolicyStore })
    : nodeBackend(isolation === undefined ? {} : { isolation })
  return loadPipeline(location, {
    backend,
    signal: io.signal,
    ...(options.store !== undefined && { store: backend.policyStore(options.store) }),
    ...(options.policies && { store: options.policies }),
    ...(options.threads !== undefined && { threads: options.threads }),
    ...(options.memory && { memory: options.memory }),
  })
}

/** Loads the model, hands it to `use` and frees it whatever happens. */
export async function withPipeline<Result>(
  io: Io,
  options: ModelOptions,
  use: (pipe: Pipeline) => Promise<Result>,
): Promise<Result> {
  const pipe = await openPipeline(io, options)
  try {
    return await use(pipe)
  } finally {
    await pipe.dispose()
  }
}

/** 99 % quantile of the event loop's delay while `work` runs, in milliseconds. */
export async function withLoopLag<Result>(
  work: () => Promise<Result>,
): Promise<{ result: Result; lagMs: number }> {
  const resolution = 10
  const histogram = monitorEventLoopDelay({ resolution })
  histogram.enable()
  try {
    const result = await work()
    // The monitor's own timer period is part of what it records.
    return { result, lagMs: Math.max(0, histogram.percentile(99) / 1e6 - resolution) }
  } finally {
    histogram.disable()
  }
}
