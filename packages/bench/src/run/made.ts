import type { RgbImage } from '@fastflow/core'
import type { BenchDocument } from '../document.ts'
import type { Measurement } from '../source/measure.ts'

/** A picture or clip that was made elsewhere, such as by `pipe.generate`, and what it cost. */
export interface MadeRun extends Omit<Measurement, 'pixels'> {
  /** One is a picture. */
  readonly frames: readonly RgbImage[]
}

/** What all the runs share. */
export interface MadeTerms
  extends Pick<
    BenchDocument,
    'model' | 'steps' | 'seed' | 'guidanceScale' | 'guidanceInterval' | 'frames' | 'environment'
  > {}
