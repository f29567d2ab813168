import { checkNumSteps, createSchedule, type Schedule } from './schedule.ts'

/** Uniform grid: `sigma_k = 1 - k / T`. */
export function linearSchedule(numSteps: number): Schedule {
  const steps = checkNumSteps(numSteps)
  return createSchedule(
    `linear(${steps})`,
    Array.from({ length: steps + 1 }, (_, k) => 1 - k / steps),
  )
}
