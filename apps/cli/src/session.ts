import { resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type Isolation, nodeBackend } from '@fastflow/backend-node'
import type { GuidanceInterval } from '@fastflow/core'
import { loadPipeline, type Pipeline, type RunSettings } from '@fastflow/pipelines'
import type { Io } from './io.ts'
import { findModel } from './models.ts'

/** Options every command that loads a model has. */
export interface ModelOptions {
  readonly model: string
  readonly threads?: number
  /** Where the networks live; `process` for models one did not make. */
  readonly isolation?: Isolation
  /** Folder learned policies are kept in; in memory when undefined. */
  readonly store?: string
}

/** Options that fix what plans and policies depend on; left out, they are the model's own. */
export interface RunOptions {
  readonly steps?: number
  readonly guidance?: number
  readonly guidanceInterval?: GuidanceInterval
  readonly frames?: number
}

export function runSettingsOf({ steps, guidance, guidanceInterval, frames }: RunOptions): RunSettings {
  return {
    ...(steps !== undefined && { numSteps: steps }),
    ...(guidance !== undefined && { guidanceScale: guidance }),
    ...(guidanceInterval !== undefined && { guidanceInterval }),
    ...(frames !== undefined && { numFrames: frames }),
  }
}

/** The folder of learned policies that `--cache` names. */
export function storeOf(io: Io, cache: string | undefined): Pick<ModelOptions, 'store'> {
  return cache === undefined ? {} : { store: resolve(io.cwd, cache) }
}

/** Loads the model; the caller frees it. */
export async function openPipeline(io: Io, options: ModelOptions): Promise<Pipeline> {
  const location = await findModel(io, options.model)
  const backend = nodeBackend(options.isolation === undefined ? {} : { isolation: options.isolation })
  return loadPipeline(location, {
    backend,
    signal: io.signal,
    ...(options.store !== undefined && { store: backend.policyStore(options.store) }),
    ...(options.threads !== undefined && { threads: options.threads }),
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
