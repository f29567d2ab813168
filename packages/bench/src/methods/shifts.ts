import { createSchedule, numStepsOf, type Schedule, shiftSigma } from '@fastflow/core'

/** A grid that a method is tried on: the model's own, moved towards noise (above 1) or data (below 1). */
export interface Shift {
  readonly name: string
  readonly value: number
}

export const SHIFTS: readonly Shift[] = [
  { name: '1/3', value: 1 / 3 },
  { name: '1/2', value: 1 / 2 },
  { name: '0.7', value: 0.7 },
  { name: '1', value: 1 },
  { name: '1.5', value: 1.5 },
  { name: '2', value: 2 },
  { name: '3', value: 3 },
]

/** The grid shifted between its ends, which stay where they are. */
export function shifted(schedule: Schedule, { name, value }: Shift): Schedule {
  if (value === 1) return schedule
  const first = schedule.sigmas[0]!
  const sigmas = schedule.sigmas.map((sigma) => first * shiftSigma(sigma / first, value))
  return createSchedule(`${schedule.name} shifted by ${name}`, sigmas)
}

/** What is said of a knob and a shift. */
export function withShift(knob: string, { name, value }: Shift): string {
  return value === 1 ? knob : `${knob}, shift ${name}`
}

/** Steps of the full grid to evaluate, C and S a step: the first, and those nearest to the rest of a coarse grid, in order. */
export function nearestSteps(full: Schedule, coarse: Schedule): string {
  const numSteps = numStepsOf(full)
  const letters = Array.from({ length: numSteps }, () => 'S')
  const wanted = coarse.sigmas.slice(0, -1)
  let least = 0
  for (const [k, sigma] of wanted.entries()) {
    // So many have to find a place behind this one.
    const most = k === 0 ? 0 : numSteps - (wanted.length - k)
    let best = Math.min(least, most)
    for (let step = best + 1; step <= most; step++)
      if (Math.abs(full.sigmas[step]! - sigma) < Math.abs(full.sigmas[best]! - sigma)) best = step
    letters[best] = 'C'
    least = best + 1
  }
  return letters.join('')
}
