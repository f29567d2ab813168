import { checkPositive } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import { lagrangeWeights } from '../extrapolate/lagrange.ts'
import type { Landing } from '../policy/policy.ts'
import type { GuidanceSlot } from '../ports/velocity.ts'
import { checkVelocity } from './check-velocity.ts'
import type { SampleOptions } from './options.ts'
import { measureState, measureVelocities } from './products.ts'
import type { Run } from './run.ts'

/**
 * Evaluates the velocity where the run stands, measures what the policy asked for and stores the velocity.
 *
 * @returns what the policy decides on, or undefined when the velocity is not finite or the run was cancelled meanwhile.
 */
export async function evaluate<T, State>(run: Run<T, State>): Promise<Landing | undefined> {
  const { space, history, index, policy } = run
  const { needs } = policy
  const sigma = run.context.sigmas[index]!
  const velocity = await callVelocity(run, run.x, index, history.next())
  run.decisions += run.branch === 'both' ? 'C' : 'G'
  if (run.options.signal?.aborted || !(await space.isFinite(velocity))) return undefined
  // Every await takes a turn of the microtask queue, even of what is there already.
  const mismatch = needs.includes('mismatch') ? await measureMismatch(run, velocity, sigma) : undefined
  const relativeChange = needs.includes('relativeChange') ? await measureChange(run, velocity) : undefined
  history.push(velocity, sigma)
  if (run.slot.written) run.guidance?.push(run.slot.out, sigma)
  const velocityProducts = needs.includes('velocityProducts') ? await measureVelocities(run) : undefined
  const stateProducts = needs.includes('stateProducts') ? await measureState(run) : undefined
  return {
    index,
    sigma,
    evaluations: run.nfe,
    mismatch,
    relativeChange,
    velocityProducts,
    stateProducts,
  }
}

/** The one place where the network is called: counts and times the call. */
export async function callVelocity<T, State>(run: Run<T, State>, x: T, index: number, out: T): Promise<T> {
  const { options, context, branch, slot } = run
  const guidance = openSlot(run)
  const began = run.clock()
  const velocity = await options.velocity(x, context.sigmas[index]!, {
    index,
    branch,
    guidance,
    signal: options.signal,
    out,
  })
  run.velocityMs += run.clock() - began
  run.nfe++
  run.passes += branch === 'both' ? passesAt(options, context.sigmas[index]!) : 1
  if (options.signal?.aborted) return velocity
  checkVelocity(velocity, x)
  if (guidance === undefined || slot.written) return velocity
  const fix =
    'run it on a guided velocity that fills call.guidance, or without a policy that forecasts guidance'
  throw invalidArgument('velocity', `hands back no guidance term, which ${run.policy.name} needs; ${fix}`)
}

function passesAt<T, State>({ passesPerEvaluation = 1 }: SampleOptions<T, State>, sigma: number): number {
  if (typeof passesPerEvaluation === 'number') return passesPerEvaluation
  return checkPositive('passesPerEvaluation', passesPerEvaluation(sigma))
}

/** Where the guidance term is to go; undefined where none is asked for. */
function openSlot<T, State>({ branch, guidance, slot }: Run<T, State>): GuidanceSlot<T> | undefined {
  slot.written = false
  if (guidance === undefined || branch === 'conditional') return undefined
  slot.out = guidance.next()
  return slot
}

/** Compares the velocity with what extrapolation had forecast, and tells the policy. */
async function measureMismatch<T, State>(
  run: Run<T, State>,
  velocity: T,
  sigma: number,
): Promise<number | undefined> {
  const { forecast, history, space, from, index, weights } = run
  if (forecast === undefined || history.count === 0) return undefined
  const used = Math.min(history.count, run.rule.depth)
  lagrangeWeights(weights, history.nodes, used, sigma)
  history.combine(forecast, weights, used)
  const mismatch = await space.meanSquaredDifference(forecast, velocity)
  run.mismatches.push(mismatch)
  run.estimate.landed(history.nodes, used, from, index, mismatch)
  run.state = run.policy.observe(run.state, { from, to: index, skipped: index - from - 1, mismatch })
  return mismatch
}

/** `|v - v_prev| / |v_prev|` from three inner products, so that no vector is needed for the difference. */
async function measureChange<T, State>(run: Run<T, State>, velocity: T): Promise<number | undefined> {
  const { space, history } = run
  if (history.count === 0) return undefined
  const before = history.velocity(0)
  const [now, cross, then] = await Promise.all([
    space.dot(velocity, velocity),
    space.dot(velocity, before),
    space.dot(before, before),
  ])
  // Two velocities of zero do not differ, though their ratio is undefined.
  return now === then && now === cross ? 0 : Math.sqrt(Math.max(0, now - 2 * cross + then) / then)
}
