import type { GuidanceInterval } from '@fastflow/core'

/** Mean, 10 % quantile and least value over the samples. */
export interface Summary {
  readonly mean: number
  readonly p10: number
  readonly min: number
}

/** One method at one budget, over all samples. Times are milliseconds a sample. */
export interface BenchRow {
  /** `full`, `floor`, `euler-10`, `ab2-10`, `uniform-10`, `random-10`, `plan-10`, `plan-exact-10`, `flat`, `paper`, ... */
  readonly method: string
  /** How the method's knob was set on the tuning noises. */
  readonly tuned?: string
  /** Mean evaluations a sample. */
  readonly nfe: number
  /** Mean network passes a sample; with guidance two an evaluation. */
  readonly passes: number
  /** dB to the own full run. */
  readonly psnr: Summary
  /** Left out where final states are no pictures. */
  readonly ssim?: Summary
  /** To the same flow solved far finer than the full run; left out where that was not computed. */
  readonly exact?: { readonly psnr: Summary }
  /** Share of samples under 35 dB to the exact solution and more than 1 dB farther from it than the full run. */
  readonly harm?: number
  readonly modelMs: number
  /** Everything that is not the network: sampler, copies, messages. */
  readonly overheadMs: number
  readonly wallMs: number
  /** Quantiles of it over the samples; left out for one sample. */
  readonly wall?: { readonly p10: number; readonly p90: number }
  /** Wall time of `full` over that of this method, median of the per-sample ratios. */
  readonly speedup: number
  /** How often how many steps were skipped between two evaluations. */
  readonly skips: Readonly<Record<string, number>>
}

/** Something observed and its 95 % interval by paired bootstrap. */
export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** A plan against the best other method of the same budget or the full run, sample by sample: plan minus rival, dB. */
export interface BenchContest {
  readonly budget: number
  /** `plan-12` or `plan-exact-12`. */
  readonly plan: string
  /** Best mean PSNR, on these very samples, among solvers and rules with a knob tuned or nothing to tune; or `full`. */
  readonly rival: string
  /** What both are compared with: the full run, or the exact solution for plans fitted to it. */
  readonly to: 'full' | 'exact'
  /** Of the means. */
  readonly difference: Interval
  /** Of the 10 % quantiles. */
  readonly p10: Interval
  /** Samples on which the plan is ahead. */
  readonly wins: number
  /** PSNR of plan and rival on each sample. */
  readonly pairs: readonly (readonly [plan: number, rival: number])[]
}

/** Network passes of joint plans against those of a plan that runs both at every evaluation, at equal mean PSNR. */
export interface BenchPasses {
  /** `plan-12`. */
  readonly plan: string
  readonly passes: number
  /** Passes at which the joint plans reach its PSNR, interpolated between their rows; null where none does. */
  readonly joint: number | null
  /** `joint` over `passes`. */
  readonly ratio: number | null
}

/** How far one run is from the full run of the same noise, on its way. */
export interface BenchTrajectory {
  readonly method: string
  /** Where it lands: the noise level, and dB to the full run's state there, of states that span 2 peak to peak; at most 100. */
  readonly points: readonly { readonly sigma: number; readonly psnr: number }[]
}

/** Evaluations a bench made, by what they were for. */
export interface BenchCost {
  /** Of the paper's policy. */
  readonly learning: number
  /** Calibration of all plans together. */
  readonly planning: number
  /** The search of the row `oracle`. */
  readonly oracle: number
  /** Of other tools' knobs. */
  readonly tuning: number
  /** Every method and the exact solution on every sample. */
  readonly samples: number
}

/** What `fastflow bench --json` prints. */
export interface BenchDocument {
  readonly version: 1
  readonly model: string
  readonly steps: number
  readonly samples: number
  readonly seed: number
  readonly guidanceScale: number
  /** Where guidance acts; missing where it acts at all noise levels. */
  readonly guidanceInterval?: GuidanceInterval
  /** Of each clip; models of pictures have none. */
  readonly frames?: number
  /** Steps of the fine solution that `exact` compares with; 0 without it. */
  readonly exactSteps: number
  /** Finished generations behind the learned policy, none of them on the bench's noise; 0 without it. */
  readonly paperGenerations: number
  /** Evaluations behind the rows `plan-N`, for all budgets together; 0 without them. */
  readonly planEvaluations: number
  /** The same for `plan-exact-N`. */
  readonly planExactEvaluations: number
  /** Noises behind tuned rows; 0 without them. */
  readonly tuningSamples: number
  /** What the whole bench cost. */
  readonly evaluations: BenchCost
  readonly environment: {
    /** Version; left out in browsers. */
    readonly node?: string
    /** What names itself in `navigator.userAgent`; left out elsewhere. */
    readonly browser?: string
    readonly backend: string
    readonly threads: number
    /** 99 % quantile of the event loop delay while generating. */
    readonly eventLoopLagP99Ms: number
  }
  readonly rows: readonly BenchRow[]
  readonly contests: readonly BenchContest[]
  /** Empty where the model has no guidance, or without plans. */
  readonly passes: readonly BenchPasses[]
  /** Of the first sample; left out where they were not asked for. */
  readonly trajectories?: readonly BenchTrajectory[]
}

/** How a policy learned, one entry per generation. */
export interface LearningCurve {
  readonly policy: string
  readonly steps: number
  readonly arms: readonly number[]
  /** Evaluations of each generation, in order. */
  readonly nfe: readonly number[]
  /** `pulls[arm][step]` at the end; 0 where the arm is not offered. */
  readonly pulls: readonly (readonly number[])[]
  /** Mean reward of each arm at each step at the end, undefined where it was never pulled. */
  readonly means: readonly (readonly (number | undefined)[])[]
}
