import { type GuidanceInterval, invalidArgument } from '@fastflow/core'
import { isNumbers, shown } from '@fastflow/core/backend'

/**
 * The interval in which guidance acts, undefined where that is everywhere.
 *
 * @throws FastFlowError `invalid-argument` unless it is two numbers from 0 to 1, the lower one first, and guidance is on.
 */
export function checkGuidanceInterval(
  interval: GuidanceInterval | undefined,
  guidanceScale: number,
): GuidanceInterval | undefined {
  if (interval === undefined) return undefined
  const [low = NaN, high = NaN] = isNumbers(interval) ? interval : []
  const valid = interval?.length === 2 && low >= 0 && low <= high && high <= 1
  if (!valid)
    throw invalidArgument(
      'guidanceInterval',
      `${shown(interval)} is not the lowest and the highest sigma, 0 to 1, at which guidance acts, e.g. [0.1, 0.8]`,
    )
  if (guidanceScale === 1)
    throw invalidArgument(
      'guidanceInterval',
      'has no effect with guidance switched off; set guidanceScale above 1, or leave it out',
    )
  return low === 0 && high === 1 ? undefined : [low, high]
}
