import type { QualityProxy } from '@fastflow/core'
import type { Pipeline } from '@fastflow/pipelines'

/** Loaded models by their names in requests. */
export type Models = ReadonlyMap<string, Pipeline>

/** Models, or promises of those that are still being loaded. */
export type ModelsToCome = Readonly<Record<string, Pipeline | Promise<Pipeline>>>

/** What measures pictures where a quality is asked for. */
export interface Measure {
  readonly lpips?: QualityProxy
}

/** Runs `work`, the work of this job. @returns what it returns. */
export type Once = <Result>(job: string, work: () => Promise<Result>) => Promise<Result>
