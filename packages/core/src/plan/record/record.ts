import type { AbortSignalLike } from '../../abort-signal.ts'
import type { OptionNames } from '../../check/options.ts'
import { checkOneOf, checkWhole } from '../../check/values.ts'
import { FastFlowError, throwIfAborted } from '../../errors.ts'
import { createPace } from '../../pace.ts'
import type { Velocity } from '../../ports/velocity.ts'
import { checkState } from '../../sample/check-options.ts'
import { sample } from '../../sample/sample.ts'
import { createSchedule, numStepsOf, type Schedule } from '../../schedule/schedule.ts'
import { adamsBashforth } from '../../solver/adams-bashforth.ts'
import type { Solver } from '../../solver/solver.ts'
import type { VectorSpace } from '../../space/vector-space.ts'
import type { PlanTarget } from '../price/increments.ts'
import { checkRecording } from './check-recording.ts'
import { createRecorder } from './recorder.ts'
import { elementsOf, type Trajectory } from './trajectory.ts'
import { filledSlot, firstParts, gramOf, openSlot } from './two-parts.ts'

/** Steps of the exact reference per grid step. */
export const refinement = 5

/** Evaluations of one full run of the teacher. */
export function costOfRun(numSteps: number, target: PlanTarget): number {
  return target === 'exact' ? refinement * numSteps : numSteps
}

export interface RecordOptions<T> {
  readonly velocity: Velocity<T>
  readonly schedule: Schedule
  readonly space: VectorSpace<T>
  readonly noise: T
  readonly seed: number
  /** `baseline`: the solver on the grid, T evaluations. `exact`: third order on a finer grid, `refinement` T evaluations. */
  readonly target?: PlanTarget
  /** Of the baseline, at one evaluation a step. Default {@link euler}. */
  readonly solver?: Solver
  /** Steps per grid step of the exact reference, at least 5. */
  readonly refinement?: number
  /** The velocity hands back its guidance term: record both parts. */
  readonly guided?: boolean
  readonly signal?: AbortSignalLike
}

const names: OptionNames<RecordOptions<never>> = {
  velocity: true,
  schedule: true,
  space: true,
  noise: true,
  seed: true,
  target: true,
  solver: true,
  refinement: true,
  guided: true,
  signal: true,
}

const _leastRefinement = 5

/**
 * Runs the teacher once and keeps its states and the Gram matrix of its velocities.
 *
 * Memory: T states for `baseline`, T velocities more while it runs for `exact`.
 *
 * @throws FastFlowError `invalid-argument` naming the option, `non-finite-velocity` naming the step, `aborted`.
 */
export async function recordTrajectory<T>(options: RecordOptions<T>): Promise<Trajectory<T>> {
  checkRecording(options, names)
  checkState('noise', options.noise)
  const { target = 'baseline', refinement: parts = refinement } = options
  checkOneOf('target', target, ['baseline', 'exact'])
  checkWhole('refinement', parts, refinement)
  look(options)
  if (target === 'exact') return recordExact(options)
  const { velocity, schedule, space, seed, solver, guided = false } = options
  const chosen = solver && { solver }
  const recorder = createRecorder({ velocity, schedule, space, seed, guided, ...chosen })
  const { x, status } = await sample({
    velocity: recorder.velocity,
    schedule,
    space,
    x: options.noise,
    ...chosen,
    ...(options.signal && { signal: options.signal }),
  })
  space.release(x)
  look(options)
  if (status.kind !== 'completed') throw incomplete(status.remedy)
  return recorder.finish()
}

async function recordExact<T>(options: RecordOptions<T>): Promise<Trajectory<T>> {
  const { schedule, space, seed, refinement: parts = refinement, guided = false } = options
  const velocities: T[] = []
  const terms: T[] = []
  const states: T[] = []
  const velocity: Velocity<T> = async (x, sigma, call) => {
    const kept = call.index % parts === 0
    const guidance = guided && kept ? openSlot(space, x) : undefined
    const v = await options.velocity(x, sigma, {
      ...call,
      index: Math.floor(call.index / parts),
      guidance,
    })
    if (!kept) return v
    states.push(space.clone(x))
    velocities.push(space.clone(v))
    if (guidance !== undefined) terms.push(filledSlot(guidance))
    return v
  }
  const fine = refine(schedule, parts)
  const { x, status } = await sample({
    velocity,
    schedule: fine,
    space,
    x: options.noise,
    solver: adamsBashforth(3),
    ...(options.signal && { signal: options.signal }),
  })
  look(options)
  if (status.kind !== 'completed') throw incomplete(status.remedy)
  const pace = createPace(() => look(options))
  const gram = await gramOf(space, velocities, terms, await elementsOf(space, options.noise), pace)
  const first = firstParts(space, velocities[0]!, terms[0])
  for (const used of [...velocities, ...terms]) space.release(used)
  return { seed, states: [...states, x], ...first, gram, nfe: numStepsOf(fine) }
}

function look<T>({ signal }: RecordOptions<T>): void {
  throwIfAborted(signal, 'recording')
}

/** Splits every step of a grid into equal parts. */
function refine({ name, sigmas }: Schedule, parts: number): Schedule {
  const fine = sigmas.slice(1).flatMap((next, k) => {
    const sigma = sigmas[k]!
    return Array.from({ length: parts }, (_, part) => sigma + ((next - sigma) * part) / parts)
  })
  return createSchedule(`${name} / ${parts}`, [...fine, 0])
}

function incomplete(message: string): FastFlowError {
  return new FastFlowError({
    code: 'non-finite-velocity',
    field: 'velocity',
    message: `velocity: ${message}`,
  })
}
