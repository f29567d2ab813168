import type { OptionNames } from '../../check/options.ts'
import { invalidArgument } from '../../errors.ts'
import type { Velocity } from '../../ports/velocity.ts'
import { checkVelocity } from '../../sample/check-velocity.ts'
import { numStepsOf } from '../../schedule/schedule.ts'
import { namedSolver } from '../../solver/named-solver.ts'
import { checkRecording } from './check-recording.ts'
import type { RecorderOptions } from './recorder-options.ts'
import { replayStates } from './replay-states.ts'
import { elementsOf, type Trajectory } from './trajectory.ts'
import { filledSlot, finishGram, firstParts, openSlot, takeRow } from './two-parts.ts'

/** Listens to an ordinary full run and keeps what planning needs of it. */
export interface Recorder<T> {
  /** Hand this to `sample` in place of the velocity function it wraps. */
  readonly velocity: Velocity<T>
  /**
   * The recorded run, once `sample` has completed.
   *
   * @throws FastFlowError `invalid-argument` when the run skipped steps, was another solver's or did not complete.
   */
  finish(): Promise<Trajectory<T>>
}

const recorderNames: OptionNames<RecorderOptions<never>> = {
  velocity: true,
  schedule: true,
  solver: true,
  space: true,
  seed: true,
  guided: true,
}

/**
 * Wraps a velocity function so that a full run through it leaves a {@link Trajectory}, at no extra evaluation.
 *
 * Memory: T velocities, turned into states in place at the end, one state, and T guidance terms while a guided run lasts. The
 * T (T + 1) / 2 inner products (of two parts four times as many) are taken one row at a time, each while the next
 * evaluation is under way.
 *
 * @throws FastFlowError `invalid-argument` naming the option.
 */
export function createRecorder<T>(options: RecorderOptions<T>): Recorder<T> {
  checkRecording(options, recorderNames)
  const { space, schedule, seed, solver, guided = false } = options
  const numSteps = numStepsOf(schedule)
  const slots: T[] = []
  const terms: T[] = []
  const parts = guided ? 2 : 1
  const products = new Float64Array((parts * numSteps) ** 2)
  let noise: T | undefined
  let last: T | undefined
  let rows = 0

  const catchUp = async (): Promise<void> => {
    if (rows < slots.length) await takeRow(space, products, slots, terms, rows++, numSteps)
  }

  return {
    velocity: async (x, sigma, call) => {
      if (call.index !== slots.length) throw notFull(`step ${slots.length} was not evaluated`)
      if (call.index === 0) noise = space.clone(x)
      if (call.index === numSteps - 1) last = space.clone(x)
      const slot = space.allocate(x)
      const guidance = guided ? openSlot(space, x) : undefined
      const pending = options.velocity(x, sigma, { ...call, guidance, out: slot })
      const [velocity] = await Promise.all([pending, catchUp()])
      if (!call.signal?.aborted) checkVelocity(velocity, x)
      if (velocity !== slot) space.linearCombination(slot, [{ weight: 1, vector: velocity }])
      slots.push(slot)
      if (guidance !== undefined) terms.push(filledSlot(guidance))
      return slot
    },
    finish: async () => {
      if (noise === undefined || last === undefined || slots.length !== numSteps) {
        throw notFull(`${slots.length} of ${numSteps} steps were evaluated`)
      }
      await catchUp()
      const elements = await elementsOf(space, noise)
      const gram = finishGram(products, parts, numSteps, elements)
      const first = firstParts(space, slots[0]!, terms[0])
      for (const term of terms) space.release(term)
      const replay = { space, schedule, solver, noise, velocities: slots, last, elements }
      const states = await replayStates(replay)
      space.release(last)
      return { seed, states, ...namedSolver(solver), ...first, gram, nfe: numSteps }
    },
  }
}

function notFull(what: string): Error {
  return invalidArgument('recorder', `${what}; record a run that evaluates every step once (no policy)`)
}
