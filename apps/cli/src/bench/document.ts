/** Mean, 10 % quantile and least value over the samples. */
export interface Summary {
  readonly mean: number
  readonly p10: number
  readonly min: number
}

/** One method at one budget, over all samples. Times are milliseconds a sample. */
export interface BenchRow {
  /** `full`, `floor`, `euler-10`, `ab2-10`, `uniform-10`, `random-10`, `plan-10`, `flat`, `paper`, ... */
  readonly method: string
  /** How the method's knob was set on the tuning noises. */
  readonly tuned?: string
  /** Mean evaluations a sample. */
  readonly nfe: number
  /** Mean network passes a sample; with guidance two an evaluation. */
  readonly passes: number
  /** dB to the own full run. */
  readonly psnr: Summary
  readonly ssim: Summary
  /** To the same flow solved far finer than the full run. */
  readonly exact: { readonly psnr: Summary }
  /** Share of samples under 35 dB to the exact solution and more than 1 dB farther from it than the full run. */
  readonly harm: number
  readonly modelMs: number
  /** Everything that is not the network: sampler, copies, messages. */
  readonly overheadMs: number
  readonly wallMs: number
  /** Wall time of `full` over that of this method, median of the per-sample ratios. */
  readonly speedup: number
  /** How often how many steps were skipped between two evaluations. */
  readonly skips: Readonly<Record<string, number>>
}

/** The plan against the best other method of the same budget, sample by sample. */
export interface BenchContest {
  readonly budget: number
  /** Best mean PSNR among solvers and rules with a knob tuned or nothing to tune. */
  readonly rival: string
  /** `plan` minus rival, dB: mean and its 95 % bootstrap interval. */
  readonly difference: { readonly mean: number; readonly low: number; readonly high: number }
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
  /** Evaluations behind the rows `plan-*`, for all budgets together, and noises behind tuned rows; 0 without them. */
  readonly planEvaluations: number
  readonly tuningSamples: number
  readonly environment: {
    readonly node: string
    readonly backend: string
    readonly threads: number
    /** 99 % quantile of the event loop delay while generating. */
    readonly eventLoopLagP99Ms: number
  }
  readonly rows: readonly BenchRow[]
  readonly contests: readonly BenchContest[]
}
