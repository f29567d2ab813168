/** Mean, 10 % quantile and least value over the samples. */
export interface Summary {
  readonly mean: number
  readonly p10: number
  readonly min: number
}

/** One method at one budget, over all samples. Times are milliseconds a sample. */
export interface BenchRow {
  /** `full`, `euler-10`, `ab2-10`, `uniform-10`, `random-10`, `flat`, `paper`, ... */
  readonly method: string
  /** Mean evaluations a sample. */
  readonly nfe: number
  /** Mean network passes a sample; with guidance two an evaluation. */
  readonly passes: number
  /** dB to the own full run. */
  readonly psnr: Summary
  readonly ssim: Summary
  /** To the same flow solved far finer than the full run. */
  readonly exact: { readonly psnr: Summary }
  readonly modelMs: number
  /** Everything that is not the network: sampler, copies, messages. */
  readonly overheadMs: number
  readonly wallMs: number
  /** Wall time of `full` over that of this method, median of the per-sample ratios. */
  readonly speedup: number
  /** How often how many steps were skipped between two evaluations. */
  readonly skips: Readonly<Record<string, number>>
}

/** What `fastflow bench --json` prints. */
export interface BenchDocument {
  readonly version: 1
  readonly model: string
  readonly steps: number
  readonly samples: number
  readonly seed: number
  readonly guidanceScale: number
  /** Steps of the fine solution that `exact` compares with. */
  readonly exactSteps: number
  /** Finished generations behind the learned policy, none of them on the bench's noise. */
  readonly paperGenerations: number
  readonly environment: {
    readonly node: string
    readonly backend: string
    readonly threads: number
    /** 99 % quantile of the event loop delay while generating. */
    readonly eventLoopLagP99Ms: number
  }
  readonly rows: readonly BenchRow[]
}
