import { invalidArgument } from '../errors.ts'
import { checkNumSteps, createSchedule, type Schedule } from './schedule.ts'

/**
 * `sigma -> s sigma / (1 + (s - 1) sigma)`: s > 1 spends more steps on high noise, s < 1 on low noise.
 *
 * Keeps 0 and 1 exactly. Reference: Esser et al. 2024 (arXiv 2403.03206), equation 23.
 */
export function shiftSigma(sigma: number, shift: number): number {
  // Grouped so that sigma 1 gives s / s: the usual 1 + (s - 1) sigma rounds to a grid that starts above 1.
  return (shift * sigma) / (1 - sigma + shift * sigma)
}

/**
 * Uniform grid of 1 to 100,000 steps, moved towards noise (`shift > 1`) or data (`shift < 1`); `shift = 1` is the linear
 * schedule.
 *
 * @throws FastFlowError `invalid-argument`.
 */
export function shiftedSchedule(numSteps: number, shift: number): Schedule {
  const steps = checkNumSteps(numSteps)
  if (!(shift > 0 && Number.isFinite(shift)))
    throw invalidArgument('shift', `${shift} is not a positive number`)
  return createSchedule(
    `shifted(${steps}, ${shift})`,
    Array.from({ length: steps + 1 }, (_, k) => shiftSigma(1 - k / steps, shift)),
  )
}
