import { checkGuidance } from './checks.ts'
import { checkGuidanceInterval } from './guidance-interval.ts'
import type { RunSettings } from './options.ts'
import type { Guidance } from './run.ts'
import type { TaskModel } from './task-model.ts'

/** Classifier-free guidance as most models know it: 1 is off, and an interval may bound it. */
export function classifierFree(
  model: Pick<TaskModel, 'name' | 'defaults' | 'guided'>,
  options: RunSettings,
): Guidance {
  const guidanceScale = checkGuidance(model, options.guidanceScale)
  return { guidanceScale, guidanceInterval: checkGuidanceInterval(options.guidanceInterval, guidanceScale) }
}
