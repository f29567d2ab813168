import { invalidArgument } from '../errors.ts'
import { emulate } from '../extrapolate/emulate.ts'
import type { Extrapolator } from '../extrapolate/extrapolator.ts'
import { lagrangeWeights } from '../extrapolate/lagrange.ts'
import { fullPolicy } from '../policy/full.ts'
import type { Landing, PolicyContext, SkipPolicy } from '../policy/policy.ts'
import type { AbortSignalLike, Velocity } from '../ports/velocity.ts'
import { createRandom, type Random } from '../random/random.ts'
import { numStepsOf, type Schedule } from '../schedule/schedule.ts'
import { euler } from '../solver/euler.ts'
import type { Solver } from '../solver/solver.ts'
import { float32Space } from '../space/float32.ts'
import type { VectorSpace } from '../space/vector-space.ts'
import { createErrorEstimate, type ErrorEstimate } from './estimate.ts'
import { createHistory, type History } from './history.ts'
import type { SampleResult, SampleStats, SampleStatus, StepEvent, TraceEntry } from './result.ts'

export interface SampleOptions<T, State> {
  readonly velocity: Velocity<T>
  readonly schedule: Schedule
  /** State at `schedule.sigmas[0]`, usually unit Gaussian noise. Not changed. */
  readonly x: T
  /** Decides which steps are evaluated; every one by default. */
  readonly policy?: SkipPolicy<State>
  /** State a learning policy ended its previous run with. */
  readonly policyState?: State
  /** Weights of a jump where the policy brings none; `emulate(2)`, linear extrapolation, with a policy. */
  readonly extrapolator?: Extrapolator
  /** A solver instead of a policy: every step is evaluated and taken by the solver's rule. */
  readonly solver?: Solver
  /** Where latents live. Needed unless `x` is a Float32Array. */
  readonly space?: VectorSpace<T>
  /** Randomness for policies that draw; seeded with 0 by default. */
  readonly random?: Random
  /** Network passes an evaluation makes: 2 with classifier-free guidance. Default 1. */
  readonly passesPerEvaluation?: number
  readonly signal?: AbortSignalLike
  /** Called after every jump; returning false stops the run. */
  readonly onStep?: (event: StepEvent<T>) => unknown
  /** Keep one entry per evaluation in `result.trace`. */
  readonly trace?: boolean
  /** Milliseconds of a monotonic clock, for the timings in `stats`. */
  readonly clock?: () => number
}

interface Run<T, State> {
  readonly options: SampleOptions<T, State>
  readonly space: VectorSpace<T>
  readonly policy: SkipPolicy<State>
  readonly rule: Extrapolator
  readonly context: PolicyContext
  readonly history: History<T>
  readonly estimate: ErrorEstimate
  readonly weights: Float64Array
  readonly forecast: T | undefined
  readonly x: T
  readonly clock: () => number
  readonly trace: TraceEntry[]
  readonly mismatches: number[]
  state: State
  index: number
  /** Grid index of the evaluation before. */
  from: number
  nfe: number
  decisions: string
  velocityMs: number
}

/**
 * Integrates `dx = v dsigma` along the schedule, evaluating the velocity only where the policy says so.
 *
 * A jump over skipped steps is one linear combination of stored velocities, whatever its length:
 * `x_j = x_i + sum_a w_a v_a` (see {@link emulate}). NFE is one per evaluated step; apart from the velocity, a
 * landing costs one combination, one pass that looks for NaN, and one more combination and one reduction where the
 * policy asks for the mismatch. Nothing the size of the state is allocated after the start.
 *
 * @returns the final state with `status` and `stats`; a NaN velocity or an abort is a status, not an exception.
 * @throws FastFlowError `invalid-argument` for options that do not fit together or a policy that
 *   decides on an impossible landing; whatever the velocity function throws passes through.
 */
export async function sample<T = Float32Array, State = undefined>(
  options: SampleOptions<T, State>,
): Promise<SampleResult<T, State>> {
  const run = start(options)
  const began = run.clock()
  try {
    const status = await integrateAlong(run)
    const completed = status.kind === 'completed'
    run.state = run.policy.finish(run.state, { completed, nfe: run.nfe })
    const stats = statsOf(run, run.clock() - began)
    return { x: run.x, status, stats, policyState: run.state, trace: run.trace }
  } finally {
    run.history.release()
    if (run.forecast !== undefined) run.space.release(run.forecast)
  }
}

function start<T, State>(options: SampleOptions<T, State>): Run<T, State> {
  if (options.solver && (options.policy || options.extrapolator)) {
    throw invalidArgument('solver', 'a solver evaluates every step; leave out policy and extrapolator')
  }
  const space = options.space ?? defaultSpace(options.x)
  const policy = options.policy ?? (fullPolicy() as SkipPolicy<State>)
  const rule = options.solver?.rule ?? options.extrapolator ?? (options.policy ? emulate(2) : euler().rule)
  const depth = Math.max(rule.depth, policy.depth, policy.needs.length > 0 ? 2 : 1)
  const sigmas = options.schedule.sigmas
  const context = {
    sigmas,
    numSteps: numStepsOf(options.schedule),
    random: options.random ?? createRandom(0).next,
  }
  return {
    options,
    space,
    policy,
    rule,
    context,
    history: createHistory(space, depth, options.x),
    estimate: createErrorEstimate(sigmas),
    weights: new Float64Array(depth),
    forecast: policy.needs.includes('mismatch') ? space.allocate(options.x) : undefined,
    x: space.clone(options.x),
    clock: options.clock ?? (() => 0),
    trace: [],
    mismatches: [],
    state: policy.init(context, options.policyState),
    index: 0,
    from: 0,
    nfe: 0,
    decisions: '',
    velocityMs: 0,
  }
}

function defaultSpace<T>(x: T): VectorSpace<T> {
  if (x instanceof Float32Array) return float32Space as VectorSpace<unknown> as VectorSpace<T>
  throw invalidArgument('space', 'x is not a Float32Array: pass the VectorSpace it belongs to')
}

async function integrateAlong<T, State>(run: Run<T, State>): Promise<SampleStatus> {
  const { context, options, history } = run
  while (run.index < context.numSteps) {
    if (options.signal?.aborted) {
      return {
        kind: 'aborted',
        step: run.index,
        remedy: 'cancelled by its signal; start again to get a result',
      }
    }
    const sigma = context.sigmas[run.index]!
    const { mismatch, relativeChange, finite } = await evaluate(run, sigma)
    if (!finite) {
      const remedy = `the velocity at step ${run.index} (sigma ${sigma}) is NaN or infinite: check the model and its inputs`
      return { kind: 'non-finite', step: run.index, sigma, remedy }
    }
    const landing: Landing = { index: run.index, sigma, evaluations: run.nfe, mismatch, relativeChange }
    const [decision, state] = run.policy.decide(run.state, landing, context)
    run.state = state
    checkLanding(run.policy.name, decision.landing, run.index, context.numSteps)
    if (options.trace) run.trace.push({ index: run.index, sigma, mismatch, relativeChange, decision })
    jump(run, decision.landing, decision.weights)
    const skipped = decision.landing - run.from - 1
    const event = { index: run.index, numSteps: context.numSteps, skipped, nfe: run.nfe, x: run.x }
    const goOn = await options.onStep?.({
      ...event,
      sigma: context.sigmas[run.index]!,
      velocity: history.velocity(0),
    })
    if (goOn === false && run.index < context.numSteps) {
      return {
        kind: 'stopped',
        step: run.index,
        remedy: 'onStep returned false; let it return nothing to go on',
      }
    }
  }
  return { kind: 'completed' }
}

async function evaluate<T, State>(
  run: Run<T, State>,
  sigma: number,
): Promise<{ mismatch: number | undefined; relativeChange: number | undefined; finite: boolean }> {
  const { space, history, options, index } = run
  const out = history.next()
  const began = run.clock()
  const velocity = await options.velocity(run.x, sigma, {
    index,
    branch: 'both',
    signal: options.signal,
    out,
  })
  run.velocityMs += run.clock() - began
  run.nfe++
  run.decisions += 'C'
  if (!(await space.isFinite(velocity)))
    return { mismatch: undefined, relativeChange: undefined, finite: false }
  const mismatch = history.count > 0 ? await measureMismatch(run, velocity, sigma) : undefined
  const relativeChange = history.count > 0 ? await measureChange(run, velocity) : undefined
  history.push(velocity, sigma)
  return { mismatch, relativeChange, finite: true }
}

/** Compares the velocity with what extrapolation had forecast, and tells the policy. */
async function measureMismatch<T, State>(
  run: Run<T, State>,
  velocity: T,
  sigma: number,
): Promise<number | undefined> {
  const { forecast, history, space, from, index } = run
  if (forecast === undefined) return undefined
  const used = Math.min(history.count, 2)
  lagrangeWeights(run.weights, history.nodes, used, sigma)
  history.combine(forecast, run.weights, used)
  const mismatch = await space.meanSquaredDifference(forecast, velocity)
  run.mismatches.push(mismatch)
  run.estimate.landed(Array.from(history.nodes.subarray(0, used)), from, index, mismatch)
  run.state = run.policy.observe(run.state, { from, to: index, skipped: index - from - 1, mismatch })
  return mismatch
}

async function measureChange<T, State>(run: Run<T, State>, velocity: T): Promise<number | undefined> {
  if (!run.policy.needs.includes('relativeChange')) return undefined
  const { space, history } = run
  const before = history.velocity(0)
  const [now, cross, then] = await Promise.all([
    space.dot(velocity, velocity),
    space.dot(velocity, before),
    space.dot(before, before),
  ])
  return Math.sqrt(Math.max(0, now - 2 * cross + then) / then)
}

function checkLanding(policy: string, landing: number, index: number, numSteps: number): void {
  if (Number.isInteger(landing) && landing > index && landing <= numSteps) return
  throw invalidArgument('policy', `${policy} decided to go from step ${index} to ${landing} of ${numSteps}`)
}

/** Moves the state to grid index `to` by one linear combination. */
function jump<T, State>(run: Run<T, State>, to: number, given: readonly number[] | undefined): void {
  const { history, rule, context, index } = run
  const count = Math.min(history.count, given?.length ?? rule.depth)
  if (given === undefined) rule.weights(run.weights, history.nodes, count, context.sigmas, index, to)
  history.combine(run.x, given ?? run.weights, count, run.x)
  if (run.forecast !== undefined && to === context.numSteps) {
    const used = Math.min(history.count, 2)
    run.estimate.ended(Array.from(history.nodes.subarray(0, used)), index, to)
  }
  run.decisions += 'S'.repeat(to - index - 1)
  run.from = index
  run.index = to
}

function statsOf<T, State>(run: Run<T, State>, wallMs: number): SampleStats {
  return {
    nfe: run.nfe,
    passes: run.nfe * (run.options.passesPerEvaluation ?? 1),
    steps: run.context.numSteps,
    decisions: run.decisions,
    mismatches: run.mismatches,
    estimatedMse: run.estimate.mse,
    velocityMs: run.velocityMs,
    overheadMs: Math.max(0, wallMs - run.velocityMs),
  }
}
