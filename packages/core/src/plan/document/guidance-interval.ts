import { shown } from '../../check/shown.ts'
import { checkNumber, isNumbers } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'

/** Lowest and highest sigma, 0 to 1, at which classifier-free guidance acts; elsewhere an evaluation is one pass. */
export type GuidanceInterval = readonly [low: number, high: number]

/** Grids computed in float32 or by sums miss their round numbers by less than this. */
const ROUNDING = 1e-6

/**
 * Whether guidance acts at this noise level; without an interval it does at all of them.
 *
 * @throws FastFlowError `invalid-argument` for an interval that is not two numbers, or a sigma that is none.
 */
export function guidanceActs(interval: GuidanceInterval | undefined, sigma: number): boolean {
  checkNumber('sigma', sigma, -Infinity)
  if (interval === undefined) return true
  if (!isNumbers(interval) || interval.length !== 2)
    throw invalidArgument(
      'interval',
      `${shown(interval)} is not a lowest and a highest sigma, e.g. [0.1, 0.8]`,
    )
  const [low, high] = interval
  return sigma >= low - ROUNDING && sigma <= high + ROUNDING
}

/**
 * Whether an evaluation at this guidance scale takes two passes: at 1 the unconditional one has no weight, at 0 the
 * conditional one. A scale that is not known (null, undefined) is taken for one that does.
 *
 * @throws FastFlowError `invalid-argument` for what is no number.
 */
export function takesBothPasses(scale: number | null | undefined): boolean {
  if (scale !== null && scale !== undefined) checkNumber('scale', scale, -Infinity)
  return scale !== 0 && scale !== 1
}
