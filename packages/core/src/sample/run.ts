import { emulate } from '../extrapolate/emulate.ts'
import type { Extrapolator } from '../extrapolate/extrapolator.ts'
import { fullPolicy } from '../policy/full.ts'
import type { PolicyContext, SkipPolicy } from '../policy/policy.ts'
import { createRandom } from '../random/random.ts'
import { numStepsOf } from '../schedule/schedule.ts'
import { euler } from '../solver/euler.ts'
import type { StagedSolver } from '../solver/solver.ts'
import { defaultSpace } from '../space/default-space.ts'
import type { VectorSpace } from '../space/vector-space.ts'
import { checkSampleOptions } from './check-options.ts'
import { createErrorEstimate, type ErrorEstimate } from './estimate.ts'
import { createHistory, type History } from './history.ts'
import type { SampleOptions } from './options.ts'
import type { TraceEntry } from './result.ts'

/** Everything one call of `sample` works on. */
export interface Run<T, State> {
  readonly options: SampleOptions<T, State>
  readonly space: VectorSpace<T>
  readonly policy: SkipPolicy<State>
  readonly rule: Extrapolator
  /** Takes the steps instead of `rule` where there is one. */
  readonly staged: StagedSolver | undefined
  readonly context: PolicyContext
  readonly history: History<T>
  /** Stored guidance terms; undefined when the policy asks for none. */
  readonly guidance: History<T> | undefined
  readonly slot: { out: T; written: boolean }
  readonly estimate: ErrorEstimate
  readonly weights: Float64Array
  /** Where the forecast of a velocity goes; undefined when the policy does not ask for mismatches. */
  readonly forecast: T | undefined
  readonly x: T
  /** The vectors of `staged`. */
  readonly scratch: readonly T[]
  readonly clock: () => number
  readonly trace: TraceEntry[]
  readonly mismatches: number[]
  state: State
  /** Inner products of the stored velocities, newest first; empty when the policy does not ask for them. */
  products: number[][]
  index: number
  /** Grid index of the evaluation before. */
  from: number
  nfe: number
  passes: number
  /** Passes of the next evaluation. */
  branch: 'both' | 'conditional'
  decisions: string
  velocityMs: number
}

/** Checks the options and sets a run up at grid index 0; every vector it will need is allocated here. */
export function startRun<T, State>(options: SampleOptions<T, State>): Run<T, State> {
  checkSampleOptions(options)
  const space = options.space ?? defaultSpace(options.x)
  const chosen = options.policy ?? (fullPolicy() as SkipPolicy<unknown> as SkipPolicy<State>)
  const solver = options.solver ?? chosen.solver
  const fallback = options.policy ? emulate(2) : euler().rule
  const rule = solver && 'rule' in solver ? solver.rule : (options.extrapolator ?? fallback)
  const staged = solver && 'step' in solver ? solver : undefined
  const context = {
    sigmas: options.schedule.sigmas,
    numSteps: numStepsOf(options.schedule),
    random: options.random ?? createRandom(0).next,
  }
  // A policy that refuses to start must do so before anything is allocated.
  const state = chosen.init(context, options.policyState)
  const policy = chosen.demand ? { ...chosen, ...chosen.demand(state) } : chosen
  const depth = Math.max(rule.depth, policy.depth)
  const guidanceDepth = policy.guidanceDepth ?? 0
  const history = createHistory(space, depth, options.x)
  return {
    options,
    space,
    policy,
    rule,
    staged,
    context,
    history,
    guidance: guidanceDepth > 0 ? createHistory(space, guidanceDepth, options.x) : undefined,
    slot: { out: options.x, written: false },
    estimate: createErrorEstimate(context.sigmas),
    weights: new Float64Array(depth),
    forecast: policy.needs.includes('mismatch') ? space.allocate(options.x) : undefined,
    x: space.clone(options.x),
    scratch: Array.from({ length: staged?.scratch ?? 0 }, () => space.allocate(options.x)),
    clock: options.clock ?? (() => 0),
    trace: [],
    mismatches: [],
    state,
    products: [],
    index: 0,
    from: 0,
    nfe: 0,
    passes: 0,
    branch: 'both',
    decisions: '',
    velocityMs: 0,
  }
}

/** Gives back every vector but the state itself. */
export function releaseRun<T, State>(run: Run<T, State>): void {
  run.history.release()
  run.guidance?.release()
  if (run.forecast !== undefined) run.space.release(run.forecast)
  for (const vector of run.scratch) run.space.release(vector)
}
