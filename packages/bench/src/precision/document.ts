import type { Summary } from '../document.ts'

/** One model folder at one budget. */
export interface PrecisionRow {
  /** Name of the folder. */
  readonly model: string
  /** `full`, or `plan-N`. */
  readonly method: string
  /** Mean evaluations and network passes a sample. */
  readonly nfe: number
  readonly passes: number
  /** dB to the full run of the first folder, from the same noise. */
  readonly psnr: Summary
  /** Milliseconds a sample: sampler and velocity network, no encoder, no decoder. */
  readonly wallMs: number
  /** Wall time over that of the full run of the first folder, median of the ratios of each sample. */
  readonly time: number
  /** No other row is at least as fast and at least as close, and better in one of both. */
  readonly pareto: boolean
}

/** What `fastflow bench --compare --json` prints: plans and precisions of one model, measured together. */
export interface PrecisionDocument {
  readonly version: 1
  /** Names of the folders; the first is what all are compared with. */
  readonly models: readonly string[]
  readonly steps: number
  readonly samples: number
  readonly seed: number
  readonly guidanceScale: number
  /** Evaluations that planned for each folder; 0 where its plans were given. */
  readonly planEvaluations: readonly number[]
  readonly environment: { readonly node?: string; readonly backend: string; readonly threads: number }
  /** Folder by folder, the full run first, then by budget. */
  readonly rows: readonly PrecisionRow[]
}
