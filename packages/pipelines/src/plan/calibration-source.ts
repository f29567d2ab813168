import { batchedPasses } from '../task/batched-passes.ts'
import { guidedVelocity } from '../task/guided-velocity.ts'
import { noiseOf } from '../task/prepare.ts'
import { runKeyOf } from '../task/run-key.ts'
import type { TaskModel } from '../task/task-model.ts'
import type { CalibrationSource } from './calibrate.ts'
import type { CalibrationOptions } from './options.ts'

/** Runs to calibrate on: the conditions take turns with the seed, so that a calibration sees all of them. */
export async function calibrationSourceOf(
  model: TaskModel,
  options: CalibrationOptions,
): Promise<CalibrationSource> {
  const run = runKeyOf(model, options)
  const { dims, guidanceScale, guidanceInterval } = run
  const conditions = await model.calibrationConditions(options)
  return {
    run,
    noise: (seed) => noiseOf(dims, seed),
    velocityOf(seed) {
      const condition = conditions[seed % conditions.length]!
      const runner = batchedPasses(model.network, dims)
      return guidedVelocity({ runner, condition, guidanceScale, guidanceInterval }).velocity
    },
  }
}
