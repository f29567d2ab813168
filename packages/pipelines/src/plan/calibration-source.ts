import { float32Space } from '@fastflow/core'
import { startOf } from '../task/prepare.ts'
import { runKeyOf } from '../task/run-key.ts'
import { ordinaryStates } from '../task/states.ts'
import type { Condition, TaskModel } from '../task/task-model.ts'
import type { CalibrationSource } from './calibrate.ts'
import type { CalibrationOptions } from './options.ts'

/** Runs to calibrate on: the conditions take turns with the seed, so that a calibration sees all of them. */
export async function calibrationSourceOf(
  model: TaskModel,
  options: CalibrationOptions,
): Promise<CalibrationSource> {
  const run = runKeyOf(model, options)
  const conditions = await model.calibrationConditions(options)
  const conditionOf = (seed: number): Condition => conditions[seed % conditions.length]!
  const states = ordinaryStates(float32Space)
  return {
    run,
    noise: (seed) => startOf(conditionOf(seed), run, run, { seed }),
    velocityOf: (seed) => model.velocity(conditionOf(seed), run, states).velocity,
  }
}
