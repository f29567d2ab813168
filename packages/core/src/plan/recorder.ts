import { invalidArgument } from '../errors.ts'
import type { Velocity } from '../ports/velocity.ts'
import { numStepsOf, type Schedule } from '../schedule/schedule.ts'
import type { VectorSpace } from '../space/vector-space.ts'
import { elementsOf, type Trajectory } from './trajectory.ts'

/** Listens to an ordinary full run and keeps what planning needs of it. */
export interface Recorder<T> {
  /** Hand this to `sample` in place of the velocity function it wraps. */
  readonly velocity: Velocity<T>
  /**
   * The recorded run, once `sample` has completed.
   *
   * @throws FastFlowError `invalid-argument` when the run skipped steps or did not complete.
   */
  finish(): Promise<Trajectory<T>>
}

export interface RecorderOptions<T> {
  readonly velocity: Velocity<T>
  readonly schedule: Schedule
  readonly space: VectorSpace<T>
  /** Seed of the noise the run starts from; kept as provenance. */
  readonly seed: number
}

/**
 * Wraps a velocity function so that a full Euler run through it leaves a {@link Trajectory}, at no extra evaluation.
 *
 * Memory: T velocities, turned into states in place at the end. The T (T + 1) / 2 inner products are taken one row
 * at a time, each while the next evaluation is under way.
 */
export function createRecorder<T>(options: RecorderOptions<T>): Recorder<T> {
  const { space, schedule, seed } = options
  const numSteps = numStepsOf(schedule)
  const slots: T[] = []
  const gram = new Float64Array(numSteps * numSteps)
  let noise: T | undefined
  let rows = 0

  const catchUp = async (): Promise<void> => {
    if (rows < slots.length) await takeRow(space, gram, slots, rows++, numSteps)
  }

  return {
    velocity: async (x, sigma, call) => {
      if (call.index !== slots.length) throw notFull(`step ${slots.length} was not evaluated`)
      if (call.index === 0) noise = space.clone(x)
      const slot = space.allocate(x)
      const pending = options.velocity(x, sigma, { ...call, out: slot })
      const [velocity] = await Promise.all([pending, catchUp()])
      if (velocity !== slot) space.linearCombination(slot, [{ weight: 1, vector: velocity }])
      slots.push(slot)
      return slot
    },
    finish: async () => {
      if (noise === undefined || slots.length !== numSteps) {
        throw notFull(`${slots.length} of ${numSteps} steps were evaluated`)
      }
      await catchUp()
      const elements = await elementsOf(space, noise)
      for (let k = 0; k < gram.length; k++) gram[k]! /= elements
      const firstVelocity = space.clone(slots[0]!)
      const states = accumulate(space, schedule, noise, slots)
      return { seed, states, firstVelocity, gram, nfe: numSteps }
    },
  }
}

/** Gram matrix of stored velocities, `<v_a, v_b> / elements`. */
export async function gramOf<T>(
  space: VectorSpace<T>,
  velocities: readonly T[],
  elements: number,
): Promise<Float64Array> {
  const gram = new Float64Array(velocities.length ** 2)
  for (const row of velocities.keys()) await takeRow(space, gram, velocities, row, velocities.length)
  return gram.map((product) => product / elements)
}

/** Inner products of velocity `row` with itself and the ones before. */
async function takeRow<T>(
  space: VectorSpace<T>,
  gram: Float64Array,
  velocities: readonly T[],
  row: number,
  numSteps: number,
): Promise<void> {
  const newest = velocities[row]!
  const products = velocities.slice(0, row + 1).map((velocity) => space.dot(velocity, newest))
  for (const [column, product] of (await Promise.all(products)).entries()) {
    gram[row * numSteps + column] = product
    gram[column * numSteps + row] = product
  }
}

/** Turns velocities into the states they led to, in place: `x_{k+1} = x_k + h_k v_k`. */
function accumulate<T>(space: VectorSpace<T>, { sigmas }: Schedule, noise: T, slots: readonly T[]): T[] {
  let before = noise
  for (const [k, slot] of slots.entries()) {
    const h = sigmas[k + 1]! - sigmas[k]!
    space.linearCombination(slot, [
      { weight: 1, vector: before },
      { weight: h, vector: slot },
    ])
    before = slot
  }
  return [noise, ...slots]
}

function notFull(what: string): Error {
  return invalidArgument('recorder', `${what}; record a run that evaluates every step once (no policy)`)
}
