import { baselineFromConfig } from '@fastflow/core'
import { checkNumSteps } from '../task/checks.ts'
import { classifierFree } from '../task/guidance.ts'
import { guidedVelocity } from '../task/guided-velocity.ts'
import type { Network } from '../task/passes.ts'
import type { TaskModel } from '../task/task-model.ts'
import type { CommonConfig } from './common-config.ts'

type Own = Pick<TaskModel, 'name' | 'defaults' | 'guided'>

/** What models have in common whose network is fed sigma and gives the velocity, and whose solver is Euler's method. */
export function sigmaFlow(
  { scheduler }: Pick<CommonConfig, 'scheduler'>,
  network: Network,
  own: Own,
): Pick<TaskModel, 'executionProvider' | 'resident' | 'guidance' | 'baseline' | 'velocity'> {
  const { runner } = network
  return {
    executionProvider: runner.executionProvider,
    resident: runner.resident,
    guidance: (settings) => classifierFree(own, settings),
    baseline: ({ numSteps }) =>
      baselineFromConfig(scheduler, checkNumSteps(own, numSteps), { grid: 'pipeline' }),
    velocity(condition, run, states) {
      const passes = states.passes(network, run.dims)
      const { guidanceScale, guidanceInterval } = run
      const velocity = guidedVelocity({ runner: passes, condition, guidanceScale, guidanceInterval })
      return { ...velocity, release: () => passes.release() }
    },
  }
}
