import type { Velocity } from '../../ports/velocity.ts'
import { sample } from '../../sample/sample.ts'
import { planPolicy } from '../document/plan-policy.ts'
import type { PlannedSteps } from '../document/planned-steps.ts'
import { psnrOf } from '../document/quality.ts'
import type { Trajectory } from '../record/trajectory.ts'
import type { Settings } from './settings.ts'

/** PSNR, dB, of a plan's end to the end of a full run from the same noise. Cost: the evaluations of the plan. */
export async function followPlan<T>(
  steps: PlannedSteps,
  { states }: Trajectory<T>,
  velocity: Velocity<T>,
  { schedule, space, range }: Pick<Settings<T>, 'schedule' | 'space' | 'range'>,
): Promise<number> {
  const policy = planPolicy(schedule.sigmas, steps)
  const { x } = await sample({ schedule, space, velocity, x: states[0]!, policy })
  const psnr = psnrOf(await space.meanSquaredDifference(x, states.at(-1)!), range)
  space.release(x)
  return psnr
}
