import type { Flow } from '@fastflow/pipelines'
import type { Measurement, Scores } from '../source/measure.ts'

/** One method on one sample, with its images. */
export interface SampleRun {
  readonly measurement: Measurement
  readonly scores: Scores
}

/** All methods on one noise; the full run comes first. */
export interface BenchSample {
  readonly index: number
  readonly seed: number
  readonly label: string
  readonly flow: Flow
  readonly runs: readonly SampleRun[]
}
