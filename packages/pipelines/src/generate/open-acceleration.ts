import {
  numStepsOf,
  type PlanDocument,
  type PlanQuality,
  type RgbImage,
  type SampleOptions,
  type SampleResult,
  type VectorSpace,
} from '@fastflow/core'
import { openAuto } from '../plan/auto.ts'
import { checkPlanRequest } from '../plan/choose.ts'
import { openPlanned } from '../plan/planned.ts'
import type { PolicyDocument, RunKey } from '../policy/document.ts'
import { openLearnedPolicy } from '../policy/learned.ts'
import { type PaperState, paperOf } from '../policy/paper.ts'
import type { PolicyPlaces } from '../policy/places.ts'
import { sampleRun } from '../policy/sample-run.ts'
import type { TargetAcceleration } from '../target/options.ts'
import type { TargetQuality } from '../target/quality.ts'
import { checkTarget, openTarget } from '../target/target.ts'
import { checkAccelerate } from './check-accelerate.ts'
import type { Accelerate, AutoAcceleration, PaperAcceleration, PlanAcceleration } from './options.ts'

/** Grids this short leave nothing to skip: distilled few-step models are run as they are. */
const FEW_STEPS = 8

/** One generation, apart from the decision which steps are evaluated. */
export interface RunOptions
  extends Omit<SampleOptions<unknown, unknown>, 'policy' | 'policyState' | 'extrapolator' | 'solver'> {
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

const learnsNothing = {
  notes: [],
  listens: () => false,
  document: () => undefined,
  plan: () => undefined,
  save: async () => {},
} as const

/**
 * Sets up what `accelerate` asks for.
 *
 * @throws FastFlowError `invalid-argument` for an unknown method or bad options of one, `policy-unreadable`,
 *   `policy-mismatch`.
 */
export async function openAcceleration(
  accelerate: Accelerate = 'off',
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  checkAccelerate(accelerate)
  if (accelerate === 'off') return { ...learnsNothing, sample: sampleRun }
  if (accelerate === 'auto') return openAutoPlan({ method: 'auto' }, run, places)
  if (accelerate === 'paper') return openPaper({ method: 'paper' }, run, places)
  if (accelerate === 'plan') return openPlan({ method: 'plan' }, run, places)
  if (isTarget(accelerate)) {
    checkTarget(accelerate)
    return staysOff(run) ?? openTarget(accelerate, run, places)
  }
  if (accelerate.method === 'auto') return openAutoPlan(accelerate, run, places)
  if (accelerate.method === 'paper') return openPaper(accelerate, run, places)
  if (accelerate.method === 'plan') return openPlan(accelerate, run, places)
  const { policy } = accelerate
  return { ...learnsNothing, sample: (options) => sampleRun({ ...options, policy }) }
}

function isTarget(accelerate: Accelerate): accelerate is TargetAcceleration {
  return (accelerate as Partial<TargetAcceleration>).target !== undefined
}

async function openPaper(
  options: PaperAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  const paper = paperOf(options)
  return staysOff(run) ?? openLearnedPolicy(paper, options, run, places)
}

async function openPlan(options: PlanAcceleration, run: RunKey, places: PolicyPlaces): Promise<Acceleration> {
  checkPlanRequest(options)
  return staysOff(run) ?? openPlanned(options, run, places)
}

async function openAutoPlan(
  options: AutoAcceleration,
  run: RunKey,
  places: PolicyPlaces,
): Promise<Acceleration> {
  checkPlanRequest(options)
  return staysOff(run) ?? openAuto(options, run, places)
}

function staysOff({ schedule }: RunKey): Acceleration | undefined {
  const numSteps = numStepsOf(schedule)
  if (numSteps > FEW_STEPS) return undefined
  const note = `acceleration stays off: a grid of ${numSteps} steps leaves nothing to skip`
  return { ...learnsNothing, notes: [note], sample: sampleRun }
}
