import { checkOptions, type OptionNames } from '../check/options.ts'
import { checkNumber, checkWhole } from '../check/values.ts'
import { checkAsked } from './check-asked.ts'
import { type SkipPolicy, stateless } from './policy.ts'

export interface FlatSegmentOptions {
  /** A step is flat while `|v - v_prev| / |v_prev|` per grid step stays under this. */
  readonly threshold: number
  /** Steps skipped after a flat step. */
  readonly skip: number
}

const names: OptionNames<FlatSegmentOptions> = { threshold: true, skip: true }

/**
 * Skips where the velocity hardly changes: after a flat step the next `skip` steps are extrapolated.
 *
 * The change between two landings is divided by the grid steps between them, so that a long jump is not
 * mistaken for a steep segment. NFE between T / (skip + 1) and T, depending on the flow.
 *
 * @throws FastFlowError `invalid-argument` for a negative threshold or a skip under 1.
 *
 * Reference: "flat segments" of the FastFlow paper, arXiv 2602.11105.
 */
export function flatSegment(options: FlatSegmentOptions): SkipPolicy<number> {
  checkOptions('options', options, names)
  const threshold = checkNumber('threshold', options.threshold, 0)
  const skip = checkWhole('skip', options.skip, 1)
  return {
    ...stateless,
    name: 'flat',
    needs: ['relativeChange'],
    init: () => 0,
    // The state is the grid index of the landing before.
    decide: (previous, landing, context) => {
      checkAsked(landing, context)
      const { numSteps } = context
      const change = landing.relativeChange
      const flat = change !== undefined && change / (landing.index - previous) < threshold
      return [{ landing: Math.min(landing.index + (flat ? skip + 1 : 1), numSteps) }, landing.index]
    },
    observe: (state) => state,
    finish: (state) => state,
  }
}
