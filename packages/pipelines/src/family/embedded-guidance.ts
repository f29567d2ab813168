import { checkFlag, checkNumber } from '@fastflow/core/backend'
import { checkGuidanceInterval } from '../task/guidance-interval.ts'
import { MAX_GUIDANCE } from '../task/limits.ts'
import type { Defaults, RunSettings } from '../task/options.ts'
import type { Guidance } from '../task/run.ts'
import { checkObject, checkRunDefaults } from './check-arguments.ts'

/**
 * Guidance as an input of the network, and classifier-free guidance beside it, which is on where its scale is above 1 and there is
 * a negative prompt.
 *
 * @param embedded whether the network has that input; `guidanceScale` has no effect where it has not.
 * @throws FastFlowError `invalid-argument` naming the argument or the option.
 */
export function embeddedGuidance(settings: RunSettings, defaults: Defaults, embedded: boolean): Guidance {
  checkObject('settings', settings, 'the options of a run')
  checkRunDefaults('defaults', defaults)
  checkFlag('embedded', embedded)
  const { guidanceScale = defaults.guidanceScale, trueGuidanceScale = defaults.trueGuidanceScale ?? 1 } =
    settings
  checkNumber('guidanceScale', guidanceScale, 0, MAX_GUIDANCE)
  checkNumber('trueGuidanceScale', trueGuidanceScale, 0, MAX_GUIDANCE)
  const scale = settings.negativePrompt === undefined ? 1 : Math.max(trueGuidanceScale, 1)
  return {
    guidanceScale: scale,
    guidanceInterval: checkGuidanceInterval(settings.guidanceInterval, scale),
    ...(embedded && { embedded: guidanceScale }),
  }
}
