import { float32Space } from '@fastflow/core'
import { prepareFlow } from '../task/prepare.ts'
import { runKeyOf } from '../task/run-key.ts'
import { ordinaryStates } from '../task/states.ts'
import type { TaskModel } from '../task/task-model.ts'
import type { MeasuredSource } from './measure-quality.ts'
import type { QualityOptions } from './options.ts'

/** Generations to measure the quality of plans on; the conditions take turns. */
export async function measuredSourceOf(model: TaskModel, options: QualityOptions): Promise<MeasuredSource> {
  const conditions = await model.calibrationConditions(options)
  return {
    run: runKeyOf(model, options),
    flow(turn, seed) {
      const condition = conditions[turn % conditions.length]!
      const states = ordinaryStates(float32Space)
      const flow = prepareFlow(model, condition, { ...options, seed }, states)
      return { flow, feeds: condition.feeds }
    },
  }
}
