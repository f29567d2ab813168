import type { AbortSignalLike, GuidanceInterval, PlanDocument } from '@fastflow/core'
import type { BenchDocument, LearningCurve } from '../document.ts'
import type { BenchLog } from '../log.ts'
import type { BenchSample, FinishedRun } from './bench-sample.ts'

/** Which methods are measured besides the full run, the floor and the paper's policy. */
export interface BenchScope {
  /** Plans of FastFlow's planner: calibrated here first, the model's own as users get them, these ones, or none. */
  readonly plans: 'calibrated' | 'own' | 'none' | PlanDocument
  /** The exact solution, what it says of each method, and the plans fitted to it. */
  readonly exact: boolean
  /** Beside the plans: every method without a knob, AB2 alone, or nothing. */
  readonly controls: 'all' | 'ab2' | 'none'
  /** With calibrated plans: the best that plans could be on these samples, searched first. */
  readonly oracle: boolean
  /** Other solvers and caching rules, tuned first; 0 leaves them out, else the number of tuning noises. */
  readonly tuningSamples: number
}

/** @typeParam Shown what {@link BenchSettings.compare} makes of a sample; plain JSON. */
export interface BenchSettings<Shown = unknown> extends BenchScope {
  readonly numSteps: number
  readonly guidanceScale: number
  /** Where guidance acts; missing where it acts at all noise levels. */
  readonly guidanceInterval?: GuidanceInterval
  /** Of each clip; models of pictures have none. */
  readonly numFrames?: number
  readonly budgets: readonly number[]
  readonly samples: number
  readonly seed: number
  /** Generations the paper's policy learns from; 0 leaves it out. */
  readonly paperGenerations: number
  /** Follow the first sample on its way too, at the cost of as many evaluations as its runs that are shown. Default false. */
  readonly trajectories?: boolean
  /** Samples whose images {@link BenchSettings.compare} is given: the first so many and the worst. Left out, all are. */
  readonly shownSamples?: number
  /** What the document says of the machine. */
  readonly environment: Pick<BenchDocument['environment'], 'node' | 'browser' | 'threads'>
  readonly signal: AbortSignalLike
  /** Milliseconds of a monotonic clock, e.g. `() => performance.now()`, for the times of the document. */
  readonly now: () => number
  /** Watches the event loop while `work` runs: 99 % quantile of its delay, ms. Left out, the document says 0. */
  readonly watchLoop?: <Result>(work: () => Promise<Result>) => Promise<{ result: Result; lagMs: number }>
  /** Finished parts of the same bench, interrupted before. */
  readonly log?: BenchLog
  /** Every finished run with its pixels, before anything is said of them: of a bench that is cancelled they are what there is. */
  readonly onRun?: (run: FinishedRun) => void
  /** Progress, after every evaluation; `known` of those that are done were found in the log, and took no time now. */
  readonly onProgress?: (done: number, total: number, detail: string, known: number) => void
  /** The images of a sample that are to be kept, before all are dropped. Of a sample that only seemed the worst they are not. */
  readonly compare?: (sample: BenchSample) => Promise<Shown | undefined>
}

/** What a bench has to share with an interrupted one in order to go on with it: plain JSON. */
export type BenchTerms = Omit<
  BenchSettings,
  | 'environment'
  | 'signal'
  | 'now'
  | 'watchLoop'
  | 'log'
  | 'onRun'
  | 'onProgress'
  | 'compare'
  | 'trajectories'
  | 'shownSamples'
>

/** What a bench brings home. */
export interface BenchResult<Shown = unknown> {
  readonly document: BenchDocument
  readonly learning: LearningCurve | undefined
  readonly comparisons: readonly Shown[]
}
