import type { Metric } from '../policy/target-quality.ts'

/** What scores are measured against. */
export interface Goal {
  readonly metric: Metric
  readonly limit: number
  /** Share of images that have to reach the limit. */
  readonly confidence: number
}
