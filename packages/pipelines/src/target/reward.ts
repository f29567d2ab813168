import { checkNumber, checkNumbers, checkWhole } from '@fastflow/core/backend'
import type { Metric } from '../policy/target-quality.ts'
import { checkArms, checkGoal } from './check-beginning.ts'
import type { Goal } from './goal.ts'

/** Score of an image that equals its full run. */
export const perfect: Readonly<Record<Metric, number>> = { lpips: 0, psnr: 100 }

/** Whether an image misses its target. */
export function misses(goal: Goal, score: number): boolean {
  checkGoal(goal)
  checkNumber('score', score, -Infinity)
  const { metric, limit } = goal
  return metric === 'psnr' ? score < limit : score > limit
}

/**
 * Quality in [0, 1]: `1 - lpips / (2 limit)`, clipped: a half at the limit. For PSNR it is the same with the root mean
 * squared error in the place of LPIPS: `1 - 10^((limit - psnr) / 20) / 2`.
 */
export function closenessOf({ metric, limit }: Goal, score: number): number {
  const ratio = metric === 'psnr' ? 10 ** ((limit - score) / 20) : score / limit
  return Math.min(1, Math.max(0, 1 - ratio / 2))
}

/** {@link closenessOf} minus the price, which is the share of the full run's evaluations: in [-1, 1]. */
export function rewardOf(goal: Goal, score: number, nfe: number, numSteps: number): number {
  checkGoal(goal)
  checkNumber('score', score, -Infinity)
  checkWhole('nfe', nfe, 0)
  checkWhole('numSteps', numSteps, 1)
  return closenessOf(goal, score) - nfe / numSteps
}

/**
 * Rewards of all arms in one measured run, of which the last, the full run, equals itself: quality 1, price 1.
 *
 * @param scores of the plans.
 * @param arms evaluations of the plans and of the full run.
 */
export function rewardsOf(goal: Goal, scores: readonly number[], arms: readonly number[]): number[] {
  checkGoal(goal)
  checkNumbers('scores', scores, 'scores')
  checkArms('arms', arms)
  const numSteps = arms.at(-1)!
  return arms.map((nfe, arm) => (arm < scores.length ? rewardOf(goal, scores[arm]!, nfe, numSteps) : 0))
}
