import type { BanditName } from '@fastflow/pipelines'
import type { ReadingOptions, RunOptions } from '../run-options.ts'
import type { ModelOptions } from '../session.ts'

/** Options of a quality target. */
export interface TargetOptions {
  /** Most LPIPS to the own full run. */
  readonly lpips?: number
  readonly choose?: 'certified' | 'learned'
  /** Bandit that chooses. */
  readonly bandit?: BanditName
  /** Share of what the certified plan would have earned that the bandit may lose. */
  readonly conservative?: number
  readonly mode?: 'on' | 'canary' | 'shadow'
  /** Fraction of requests whose quality is measured. */
  readonly measure?: number
  /** File that decisions are appended to, as JSON lines. */
  readonly log?: string
  /** Network of LPIPS to measure with. */
  readonly weights?: string
}

/** Options that `generate`, `edit` and `video` have in common. */
export interface ProduceOptions extends ModelOptions, RunOptions, ReadingOptions, TargetOptions {
  readonly seed: number
  readonly count: number
  readonly out: string
  readonly accelerate: 'off' | 'auto' | 'plan' | 'paper'
  readonly nfe?: number
  readonly passes?: number
  readonly psnr?: number
  readonly confidence?: number
  readonly arms?: readonly number[]
  /** Folder of learned policies; what is learned lasts as long as the call where there is none. */
  readonly cache?: string
  readonly policy?: string
  readonly json?: boolean
}
