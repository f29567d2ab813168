import type { Random } from '../random/random.ts'
import type { Solver } from '../solver/solver.ts'

/** What a policy may know before the first step. */
export interface PolicyContext {
  readonly sigmas: readonly number[]
  /** Number of grid steps T. */
  readonly numSteps: number
  /** The only randomness a policy may use. */
  readonly random: Random
}

/** Where the sampler stands: the velocity at grid index `index` has just been evaluated. */
export interface Landing {
  readonly index: number
  readonly sigma: number
  /** Number of velocities seen so far, this one included. */
  readonly evaluations: number
  /**
   * Mean squared difference between the velocity forecast for this landing and the evaluated one. The forecast is
   * the polynomial through the last velocities, as many as the extrapolator uses.
   */
  readonly mismatch: number | undefined
  /** `|v - v_prev| / |v_prev|` between this velocity and the one before. */
  readonly relativeChange: number | undefined
  /** Inner products `<v_a, v_b>` of the last `depth` velocities, or as many as there are, newest first. */
  readonly velocityProducts?: readonly (readonly number[])[] | undefined
  /** Inner products of the state with itself and with those velocities: `<x, x>, <x, v_0>, <x, v_1>, ...` */
  readonly stateProducts?: readonly number[] | undefined
}

/** What to do next. Decisions are data: logged in the trace, replayable. */
export interface Decision {
  /** Grid index of the next evaluation, above the current one; T ends the run. */
  readonly landing: number
  /**
   * Weights of the stored velocities, newest first, no more than there are; the sampler's extrapolator decides
   * when omitted. A stored velocity is the whole one, or c alone where only the conditional pass was run.
   */
  readonly weights?: readonly number[]
  /** Weight of the state itself. Default 1: what the velocities weigh is added to the state as it is. */
  readonly stateWeight?: number
  /** Weights of the stored guidance terms, newest first, no more than there are; for policies that ask for them. */
  readonly guidanceWeights?: readonly number[]
  /** Passes of the next evaluation; `conditional` only for policies that ask for guidance terms. Default `both`. */
  readonly branch?: 'both' | 'conditional'
}

/** What came of a decision, known once the landing it chose has been evaluated. */
export interface Feedback {
  readonly from: number
  readonly to: number
  /** Grid steps that were not evaluated, `to - from - 1`. */
  readonly skipped: number
  /** Mean squared difference between forecast and evaluated velocity at `to`. */
  readonly mismatch: number
}

/** How a run ended. */
export interface Outcome {
  /** False after an abort, a stop or a velocity that was not finite: such a run counts for nothing as a whole. */
  readonly completed: boolean
  readonly nfe: number
}

/** Measurements a policy asks for; those nobody asks for are not computed. */
export type LandingMeasure = 'mismatch' | 'relativeChange' | 'velocityProducts' | 'stateProducts'

/** What a policy has the sampler measure and keep. */
export interface PolicyDemand {
  readonly needs: readonly LandingMeasure[]
  /**
   * Velocities that its own weights or the products it asks for refer to, the current one included; 0 when it
   * asks for none and leaves the weights to the sampler.
   */
  readonly depth: number
  /** Guidance terms that its weights refer to; the velocity then has to hand them back. Default 0. */
  readonly guidanceDepth?: number
}

/**
 * Decides at every evaluated grid point which one comes next. Pure: no method changes its state in place,
 * so a state is a snapshot, and a run can be replayed from it.
 */
export interface SkipPolicy<State = unknown> extends PolicyDemand {
  readonly version: 1
  readonly name: string
  /** Takes the steps of a policy that evaluates them all, whose weights are not used then. */
  readonly solver?: Solver
  /** State for one run; `previous` is the state the run before ended with, for policies that learn. */
  init(context: PolicyContext, previous?: State): State
  /** What a run that starts in `state` asks for, in a policy that measures more while it calibrates. */
  demand?(state: State): PolicyDemand
  decide(state: State, landing: Landing, context: PolicyContext): readonly [Decision, State]
  /** Called at a landing, before `decide`, when the decision that led there can be judged. */
  observe(state: State, feedback: Feedback): State
  /** Called once at the end of a run. */
  finish(state: State, outcome: Outcome): State
}

/**
 * The parts of a {@link SkipPolicy} that learns nothing: spread them and add `name`, `needs` and `decide`.
 *
 * `needs` names what `decide` wants measured; a policy that gives weights of its own says their number as `depth`.
 */
export const stateless = {
  version: 1,
  depth: 0,
  init: (): undefined => undefined,
  observe: (): undefined => undefined,
  finish: (): undefined => undefined,
} as const
