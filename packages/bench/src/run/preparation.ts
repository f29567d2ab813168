import type { BenchLog } from '../log.ts'
import type { Grids } from '../method.ts'
import type { Tally } from '../source/tally.ts'
import type { BenchSettings } from './settings.ts'

/** What preparing the methods needs, besides the pipeline. */
export interface Preparation {
  readonly settings: BenchSettings
  readonly grids: Grids
  readonly log: BenchLog
  readonly tally: Tally
}
