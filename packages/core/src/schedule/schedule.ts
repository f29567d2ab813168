import { shown } from '../check/shown.ts'
import { checkText, checkWhole, isSequence } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'

/**
 * The grid a model is integrated on: `sigmas[0] > ... > sigmas[T] = 0`, T steps.
 *
 * sigma 1 is pure noise, 0 is data.
 */
export interface Schedule {
  readonly name: string
  /** T + 1 values, T from 1 to 100,000, strictly decreasing, first in (0, 1], last 0. */
  readonly sigmas: readonly number[]
}

/** Most steps of a grid: runs take tens, references thousands; beyond lies a slip that would take all memory. */
export const MAX_STEPS = 100_000

/**
 * A schedule from any grid of at most 100,000 steps, checked.
 *
 * @throws FastFlowError `invalid-argument` naming the offending entry.
 */
export function createSchedule(name: string, sigmas: readonly number[]): Schedule {
  checkText('name', name, 'what errors and plans are to call the grid')
  if (!isSequence(sigmas))
    throw invalidArgument('schedule', `sigmas: ${shown(sigmas)} is not a list of sigmas`)
  if (sigmas.length - 1 > MAX_STEPS)
    throw invalidArgument('schedule', `has ${sigmas.length - 1} steps; at most ${MAX_STEPS} are possible`)
  if (sigmas.length < 2) throw invalidArgument('schedule', 'needs at least one step (two sigmas)')
  const grid = Array.from(sigmas)
  const odd = grid.findIndex((sigma: unknown) => typeof sigma !== 'number')
  if (odd >= 0) throw invalidArgument('schedule', `sigmas[${odd}] is ${shown(grid[odd])}, not a number`)
  if (grid[0]! > 1) throw invalidArgument('schedule', `sigmas[0] is ${grid[0]}, at most 1 is possible`)
  if (grid.at(-1) !== 0) throw invalidArgument('schedule', `must end at 0, ends at ${grid.at(-1)}`)
  for (let k = 0; k + 1 < grid.length; k++) {
    if (grid[k]! > grid[k + 1]!) continue
    throw invalidArgument(
      'schedule',
      `sigmas must decrease, entries ${k} and ${k + 1} are ${grid[k]}, ${grid[k + 1]}`,
    )
  }
  return { name, sigmas: Object.freeze(grid) }
}

/** A schedule from outside. @throws FastFlowError `invalid-argument`, as {@link createSchedule} does. */
export function checkSchedule(schedule: Schedule): Schedule {
  if (!isRecord(schedule) || !Array.isArray(schedule.sigmas))
    throw invalidArgument(
      'schedule',
      `${shown(schedule)} is not a schedule; pass one, e.g. linearSchedule(50)`,
    )
  createSchedule('schedule', schedule.sigmas)
  return schedule
}

/** Number of grid intervals of a schedule. @throws FastFlowError `invalid-argument` for what is none. */
export function numStepsOf(schedule: Schedule): number {
  return checkSchedule(schedule).sigmas.length - 1
}

/** `T` as a whole number from 1 to 100,000, or the typed error. */
export function checkNumSteps(numSteps: number): number {
  checkWhole('numSteps', numSteps, 1)
  if (numSteps <= MAX_STEPS) return numSteps
  throw invalidArgument('numSteps', `${numSteps} is over the ${MAX_STEPS} steps that a schedule may have`)
}
