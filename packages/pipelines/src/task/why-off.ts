import { type Baseline, numStepsOf } from '@fastflow/core'

/** Grids this short leave nothing to skip: distilled few-step models are run as they are. */
const FEW_STEPS = 8

/** Why a run is not accelerated, whatever is asked for; undefined where it can be. */
export function whyOff({ schedule, stayOff }: Pick<Baseline, 'schedule' | 'stayOff'>): string | undefined {
  const numSteps = numStepsOf(schedule)
  return numSteps > FEW_STEPS ? stayOff : `a grid of ${numSteps} steps leaves nothing to skip`
}
