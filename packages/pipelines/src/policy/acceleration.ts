import type {
  PlanDocument,
  PlanQuality,
  RgbImage,
  SampleOptions,
  SampleResult,
  Solver,
  VectorSpace,
} from '@fastflow/core'
import type { PolicyDocument } from './document.ts'
import type { PaperState } from './paper-state.ts'
import type { TargetQuality } from './target-quality.ts'

/** One generation, apart from the decision which steps are evaluated. */
export interface RunOptions
  extends Omit<SampleOptions<unknown, unknown>, 'policy' | 'policyState' | 'extrapolator'> {
  /** The solver of the full run, for steps that no policy takes. */
  readonly solver?: Solver
  readonly space: VectorSpace<unknown>
  /** Seed of the noise. */
  readonly seed: number
  /** The condition in a few numbers, for policies that choose by it. */
  readonly features: readonly number[]
  /** The image of a final state, or all frames of a clip. */
  readonly render: (x: unknown) => Promise<readonly RgbImage[]>
}

/** One generation that ended. */
export interface Sampled extends SampleResult<unknown, unknown> {
  /** Of the plan it followed, as far as that is known. */
  readonly quality?: PlanQuality
  /** Where a quality was asked for. */
  readonly target?: TargetQuality
}

/** How the images of one call are sampled, and what is learned from them. */
export interface Acceleration {
  readonly notes: readonly string[]
  /**
   * Whether plans come from the next run. They take thousands of inner products of its velocities, so that its states
   * have to live in ordinary memory.
   */
  listens(): boolean
  /** Samples one image and learns from it, unless it did not complete. */
  sample(options: RunOptions): Promise<Sampled>
  /** What has been learned so far. */
  document(): PolicyDocument<PaperState> | undefined
  /** The plans that are followed. */
  plan(): PlanDocument | undefined
  /**
   * Learns from the image that was served last, or from all frames of a clip, and stores what has been learned so far.
   *
   * @throws FastFlowError `aborted` where the signal of that image's run ended the learning.
   */
  save(served?: readonly RgbImage[]): Promise<void>
  /** Evaluations that the last `save` made to measure what was served; none where it is missing. */
  shadowNfe?(): number
}
