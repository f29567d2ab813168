import { shown } from '../check/shown.ts'
import { isNumbers } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import type { Decision } from '../policy/policy.ts'
import { evaluate } from './evaluate.ts'
import { nonFiniteFix } from './non-finite.ts'
import type { SampleOptions } from './options.ts'
import type { SampleResult, SampleStats, SampleStatus, StepEvent } from './result.ts'
import { type Run, releaseRun, startRun } from './run.ts'
import { takeStep } from './staged.ts'

/**
 * Integrates `dx = v dsigma` along the schedule, evaluating the velocity only where the policy says so.
 *
 * A jump over skipped steps is one linear combination of stored velocities, whatever its length:
 * `x_j = x_i + sum_a w_a v_a` (see {@link emulate}), `x_i` weighed too where the policy says so. NFE is one per evaluated step;
 * apart from the velocity, a landing costs one combination, one pass that looks for NaN, and one more combination and one reduction where the
 * policy asks for the mismatch. A staged solver adds its own evaluations, all of them counted. Nothing the size of the state is allocated after the start.
 *
 * @returns the final state with `status` and `stats`; a NaN velocity or an abort is a status, not an exception.
 * @throws FastFlowError `invalid-argument` for options that are unknown, out of range or do not fit together, a velocity that
 *   does not return a vector like x, or a policy that decides the impossible; whatever the velocity function, the policy or `onStep` throws passes through.
 */
export async function sample<T = Float32Array, State = undefined>(
  options: SampleOptions<T, State>,
): Promise<SampleResult<T, State>> {
  const run = startRun(options)
  const began = run.clock()
  try {
    const status = await integrateAlong(run)
    const completed = status.kind === 'completed'
    run.state = run.policy.finish(run.state, { completed, nfe: run.nfe })
    const stats = statsOf(run, run.clock() - began)
    return { x: run.x, status, stats, policyState: run.state, trace: run.trace }
  } catch (error) {
    // Nobody will get to see the state, so nobody else can give it back.
    run.space.release(run.x)
    throw error
  } finally {
    releaseRun(run)
  }
}

async function integrateAlong<T, State>(run: Run<T, State>): Promise<SampleStatus> {
  const { context, options, policy } = run
  while (run.index < context.numSteps) {
    if (options.signal?.aborted) return aborted(run)
    const landing = await evaluate(run)
    if (options.signal?.aborted) return aborted(run)
    if (landing === undefined) return nonFinite(run, 'the velocity', nonFiniteFix)
    const decided = policy.decide(run.state, landing, context)
    checkDecision(run, decided)
    const [decision, state] = decided
    run.state = state
    if (options.trace) {
      const { index, sigma, mismatch, relativeChange } = landing
      run.trace.push({ index, sigma, mismatch, relativeChange, decision })
    }
    if (run.staged) {
      const failed = await takeStep(run, run.staged)
      if (options.signal?.aborted) return aborted(run)
      if (failed !== undefined) return nonFinite(run, 'the velocity', nonFiniteFix, failed)
    } else jump(run, decision)
    const goOn = await options.onStep?.(eventOf(run))
    if (goOn === false && run.index < context.numSteps) {
      const remedy = 'onStep returned false; let it return nothing to go on'
      return { kind: 'stopped', step: run.index, remedy }
    }
  }
  if (await run.space.isFinite(run.x)) return { kind: 'completed' }
  return nonFinite(run, 'the state', 'it was so from the start or has overflowed: check x and the velocity')
}

function aborted<T, State>(run: Run<T, State>): SampleStatus {
  const remedy = 'cancelled by its signal; start again to get a result'
  return { kind: 'aborted', step: run.index, remedy, reason: run.options.signal?.reason }
}

function nonFinite<T, State>(
  run: Run<T, State>,
  what: string,
  fix: string,
  step: number = run.index,
): SampleStatus {
  const sigma = run.context.sigmas[step]!
  const remedy = `${what} at step ${step} (sigma ${sigma}) is NaN or infinite: ${fix}`
  return { kind: 'non-finite', step, sigma, remedy }
}

function checkDecision<T, State>(run: Run<T, State>, decided: readonly [Decision, State]): void {
  if (!Array.isArray(decided) || !isRecord(decided[0]))
    throw invalidArgument('policy', `${run.policy.name} decided ${shown(decided)}; return [decision, state]`)
  const { landing, weights, stateWeight = 1, guidanceWeights = [], branch = 'both' } = decided[0]
  const { index, policy, history } = run
  const { numSteps } = run.context
  if (!(Number.isInteger(landing) && landing > index && landing <= numSteps)) {
    throw invalidArgument(
      'policy',
      `${policy.name} decided to go from step ${index} to ${shown(landing)} of ${numSteps}`,
    )
  }
  if (!Number.isFinite(stateWeight)) {
    const given = `the state's weight ${shown(stateWeight)} at step ${index}`
    throw invalidArgument('policy', `${policy.name} gave ${given}; it has to be a number`)
  }
  const terms = run.guidance?.count ?? 0
  if (!isNumbers(guidanceWeights) || guidanceWeights.length > terms) {
    const given = `the guidance weights ${shown(guidanceWeights)} at step ${index}`
    throw invalidArgument('policy', `${policy.name} gave ${given}; up to ${terms} numbers are possible`)
  }
  if (branch !== 'both' && run.guidance === undefined) {
    throw invalidArgument(
      'policy',
      `${policy.name} decided on the branch ${branch} without asking for guidance terms`,
    )
  }
  if (weights === undefined) return
  if (!isNumbers(weights) || weights.length < 1 || weights.length > history.count) {
    throw invalidArgument(
      'policy',
      `${policy.name} gave the weights ${shown(weights)} at step ${index}; 1 to ${history.count} numbers are possible`,
    )
  }
}

/** Moves the state to the landing by one linear combination. */
function jump<T, State>(run: Run<T, State>, decision: Decision): void {
  const { landing, weights, stateWeight, guidanceWeights, branch } = decision
  const { history, rule, context, index } = run
  const { sigmas, numSteps } = context
  let count = weights?.length ?? Math.min(history.count, rule.depth)
  if (weights === undefined) rule.weights(run.weights, history.nodes, count, sigmas, index, landing)
  const used = weights ?? run.weights
  // A step that skips nothing leaves the older velocities unused: no need to read them.
  while (count > 1 && used[count - 1] === 0) count--
  history.combine(run.x, used, count, run.x, stateWeight)
  if (guidanceWeights?.length) run.guidance?.combine(run.x, guidanceWeights, guidanceWeights.length, run.x)
  if (landing === numSteps) {
    run.estimate.ended(history.nodes, Math.min(history.count, rule.depth), index, landing)
  }
  run.decisions += 'S'.repeat(landing - index - 1)
  run.branch = branch ?? 'both'
  run.from = index
  run.index = landing
}

function eventOf<T, State>(run: Run<T, State>): StepEvent<T> {
  return {
    index: run.index,
    numSteps: run.context.numSteps,
    skipped: run.index - run.from - 1,
    decisions: run.decisions.slice(run.from),
    nfe: run.nfe,
    sigma: run.context.sigmas[run.index]!,
    x: run.x,
    velocity: run.history.velocity(0),
  }
}

function statsOf<T, State>(run: Run<T, State>, wallMs: number): SampleStats {
  return {
    nfe: run.nfe,
    passes: run.passes,
    steps: run.context.numSteps,
    decisions: run.decisions,
    mismatches: run.mismatches,
    estimatedMse: run.estimate.mse,
    velocityMs: run.velocityMs,
    overheadMs: Math.max(0, wallMs - run.velocityMs),
  }
}
