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
