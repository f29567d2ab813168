import type { Measurement, Scores } from '../source/measure.ts'
import type { BenchFlow } from '../source/source.ts'

/** One method on one sample, with its images. */
export interface SampleRun {
  readonly measurement: Measurement
  readonly scores: Scores
}

/** One method on one noise, as soon as it is done. */
export interface FinishedRun extends Pick<BenchSample, 'index' | 'seed' | 'label' | 'flow'> {
  readonly measurement: Measurement
}

/** All methods on one noise; the full run comes first. */
export interface BenchSample {
  readonly index: number
  readonly seed: number
  readonly label: string
  readonly flow: BenchFlow
  readonly runs: readonly SampleRun[]
}
