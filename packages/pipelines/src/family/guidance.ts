import { invalidArgument } from '@fastflow/core'
import { checkNumber } from '@fastflow/core/backend'
import { checkGuidanceInterval } from '../task/guidance-interval.ts'
import { MAX_GUIDANCE } from '../task/limits.ts'
import type { Defaults, RunSettings } from '../task/options.ts'
import type { Guidance } from '../task/run.ts'
import { checkObject, checkRunDefaults } from './check-arguments.ts'

/** The scale of guidance as Diffusers' pipelines have it: on above 1, and else off, which is 1. */
export function scaleAboveOne(settings: RunSettings, defaults: Defaults): number {
  const { guidanceScale: scale = defaults.guidanceScale } = settings
  checkNumber('guidanceScale', scale, 0, MAX_GUIDANCE)
  return Math.max(scale, 1)
}

/** Classifier-free guidance as Diffusers' pipelines have it: on above 1, and else off. @throws FastFlowError `invalid-argument` naming the argument. */
export function guidanceAboveOne(settings: RunSettings, defaults: Defaults): Guidance {
  checkObject('settings', settings, 'the options of a run')
  checkRunDefaults('defaults', defaults)
  const guidanceScale = scaleAboveOne(settings, defaults)
  return { guidanceScale, guidanceInterval: checkGuidanceInterval(settings.guidanceInterval, guidanceScale) }
}

/** Guidance that acts from the start of the run down to a noise level. */
export function endsAt(settings: RunSettings, guidanceScale: number, sigma: number): Guidance {
  if (sigma <= 0 || guidanceScale === 1)
    return {
      guidanceScale,
      guidanceInterval: checkGuidanceInterval(settings.guidanceInterval, guidanceScale),
    }
  if (settings.guidanceInterval !== undefined)
    throw invalidArgument(
      'guidanceInterval',
      'excludes guidanceTruncation, which bounds guidance too; give one of them',
    )
  return { guidanceScale, guidanceInterval: [sigma, 1] }
}
