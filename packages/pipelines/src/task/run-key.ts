import { type GuidanceInterval, type Schedule, scheduleFromConfig, takesBothPasses } from '@fastflow/core'
import { checkGuidance, checkNumSteps } from './checks.ts'
import { checkGuidanceInterval } from './guidance-interval.ts'
import type { GuidedVelocityOptions } from './guided-velocity.ts'
import type { RunSettings } from './options.ts'
import type { TaskModel } from './task-model.ts'

/** What is known before a policy or plan is chosen. */
export interface RunKey {
  /** SHA-256 of what the velocities depend on. */
  readonly model: string
  readonly schedule: Schedule
  readonly guidanceScale: number
  /** Where guidance acts; missing where it acts at all noise levels. */
  readonly guidanceInterval?: GuidanceInterval
  /** Shape of one sample. */
  readonly dims: readonly number[]
  readonly dtype: string
  /** `dims` of the length of clips that is the model's own; elsewhere they are `dims`. */
  readonly ownDims: readonly number[]
  /** Peak-to-peak range of final states that decibels refer to. */
  readonly range: number
  /** An evaluation makes two network passes, under the condition and without it. */
  readonly guided: boolean
}

/** How strongly guidance acts, and where. */
export function guidanceOf(
  model: TaskModel,
  options: RunSettings,
): Pick<GuidedVelocityOptions<unknown>, 'guidanceScale' | 'guidanceInterval'> {
  const guidanceScale = checkGuidance(model, options.guidanceScale)
  return { guidanceScale, guidanceInterval: checkGuidanceInterval(options.guidanceInterval, guidanceScale) }
}

/** What every policy and plan made with these options depends on. */
export function runKeyOf(model: TaskModel, options: RunSettings): RunKey {
  const { guidanceScale, guidanceInterval } = guidanceOf(model, options)
  return {
    model: model.digest,
    schedule: scheduleOf(model, options.numSteps),
    guidanceScale,
    ...(guidanceInterval && { guidanceInterval }),
    guided: model.guided && takesBothPasses(guidanceScale),
    dims: model.dims(options.numFrames),
    ownDims: model.dims(),
    dtype: 'float32',
    range: model.range,
  }
}

export function scheduleOf(model: TaskModel, numSteps: number | undefined): Schedule {
  return scheduleFromConfig(model.scheduler, checkNumSteps(model, numSteps))
}
