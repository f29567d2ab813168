import { checkNumber, checkPositive } from '../check/values.ts'
import { checkNumSteps, createSchedule, type Schedule } from './schedule.ts'

/**
 * `sigma -> s sigma / (1 + (s - 1) sigma)`: s > 1 spends more steps on high noise, s < 1 on low noise.
 *
 * Keeps 0 and 1 exactly. Reference: Esser et al. 2024 (arXiv 2403.03206), equation 23.
 *
 * @throws FastFlowError `invalid-argument` for a sigma outside [0, 1] or a shift that is not a positive number.
 */
export function shiftSigma(sigma: number, shift: number): number {
  checkNumber('sigma', sigma, 0, 1)
  checkPositive('shift', shift)
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
  checkPositive('shift', shift)
  return createSchedule(
    `shifted(${steps}, ${shift})`,
    Array.from({ length: steps + 1 }, (_, k) => shiftSigma(1 - k / steps, shift)),
  )
}
