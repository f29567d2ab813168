import { checkNumber } from '@fastflow/core/backend'
import { checkGuidanceInterval } from '../task/guidance-interval.ts'
import { MAX_GUIDANCE } from '../task/limits.ts'
import type { Defaults, RunSettings } from '../task/options.ts'
import type { Guidance } from '../task/run.ts'

/** Classifier-free guidance as Diffusers' pipelines have it: on above 1, and else off. */
export function guidanceAboveOne(
  { guidanceScale, guidanceInterval }: RunSettings,
  defaults: Defaults,
): Guidance {
  const scale = guidanceScale ?? defaults.guidanceScale
  checkNumber('guidanceScale', scale, 0, MAX_GUIDANCE)
  const on = Math.max(scale, 1)
  return { guidanceScale: on, guidanceInterval: checkGuidanceInterval(guidanceInterval, on) }
}
