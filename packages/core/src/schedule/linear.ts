import { checkNumSteps, createSchedule, type Schedule } from './schedule.ts'

/** Uniform grid of 1 to 100,000 steps: `sigma_k = 1 - k / T`. @throws FastFlowError `invalid-argument`. */
export function linearSchedule(numSteps: number): Schedule {
  const steps = checkNumSteps(numSteps)
  return createSchedule(
    `linear(${steps})`,
    Array.from({ length: steps + 1 }, (_, k) => 1 - k / steps),
  )
}
