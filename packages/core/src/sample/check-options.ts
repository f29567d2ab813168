import { checkOptions, type OptionNames } from '../check/options.ts'
import { shown } from '../check/shown.ts'
import { checkCallback, checkFlag, checkFunction, checkPositive, checkSignal } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import { checkExtrapolator } from '../extrapolate/check-extrapolator.ts'
import { isRecord } from '../json/json.ts'
import { checkPolicy } from '../policy/check-policy.ts'
import { checkSchedule } from '../schedule/schedule.ts'
import { checkSolver } from '../solver/check-solver.ts'
import { checkSpace } from '../space/check-space.ts'
import type { SampleOptions } from './options.ts'

const names: OptionNames<SampleOptions<never, never>> = {
  velocity: true,
  schedule: true,
  x: true,
  policy: true,
  policyState: true,
  extrapolator: true,
  solver: true,
  space: true,
  random: true,
  passesPerEvaluation: true,
  signal: true,
  onStep: true,
  trace: true,
  clock: true,
}

/** What a flow of @fastflow/pipelines has beyond the options of `sample`. */
const ofFlows: readonly string[] = [
  'caption',
  'noise',
  'numFrames',
  'fps',
  'modelMs',
  'pixels',
  'toImage',
  'preview',
  'download',
  'failure',
  'release',
]

/** @throws FastFlowError `invalid-argument` naming the option that is missing, unknown, of another kind or out of range. */
export function checkSampleOptions<T, State>(options: SampleOptions<T, State>): void {
  checkOptions('options', withoutFlow(options), names)
  const { velocity, schedule, x, policy, extrapolator, solver, space, passesPerEvaluation } = options
  checkFunction('velocity', velocity, '(x, sigma) => dx/dsigma')
  checkSchedule(schedule)
  checkState('x', x)
  if (policy !== undefined) checkPolicy('policy', policy)
  if (extrapolator !== undefined) checkExtrapolator('extrapolator', extrapolator)
  if (solver !== undefined) checkSolver('solver', solver)
  if (space !== undefined) checkSpace(space)
  if (passesPerEvaluation !== undefined && typeof passesPerEvaluation !== 'function')
    checkPositive('passesPerEvaluation', passesPerEvaluation)
  checkCallback('random', options.random, '() => a number in [0, 1), e.g. createRandom(1).next')
  checkCallback('onStep', options.onStep, '(event) => ...')
  checkCallback('clock', options.clock, '() => performance.now()')
  checkFlag('trace', options.trace)
  checkSignal(options.signal)
  if (solver && (policy || extrapolator))
    throw invalidArgument('solver', 'a solver evaluates every step; leave out policy and extrapolator')
}

/** The options, less what comes along in `sample({ ...flow, x: flow.noise })` with a flow that a pipeline prepared. */
function withoutFlow(options: unknown): unknown {
  if (!isRecord(options) || typeof options.toImage !== 'function') return options
  return Object.fromEntries(Object.entries(options).filter(([name]) => !ofFlows.includes(name)))
}

/** A vector is an object of its space; one that holds nothing has no velocity. */
export function checkState(field: string, x: unknown): void {
  if (typeof x !== 'object' || x === null)
    throw invalidArgument(
      field,
      `${shown(x)} is not a state; pass noise, e.g. fillNormal(new Float32Array(n), seed)`,
    )
  if ('length' in x && x.length === 0) throw invalidArgument(field, 'is empty; pass at least one number')
}
