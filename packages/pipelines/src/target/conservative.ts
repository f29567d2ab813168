import { conservativeArms, meanBounds } from '@fastflow/bandits'
import type { Goal } from './goal.ts'
import { closenessOf } from './reward.ts'
import type { TargetState, Terms } from './terms.ts'

/** Chance that the guarantee fails at any time. */
const DELTA = 0.05

/** Lost quality that the bounds are to be tightest for. */
const EXPECTED = 0.05

/**
 * The arms that cannot make all requests together earn less than `1 - alpha` of what the baseline would have earned. Rewards
 * are taken as `(1 + reward) / 2`, in [0, 1].
 *
 * Prices are known; quality is bounded at all times at once from the runs measured beforehand, if they still count, and
 * the requests measured online, for all plans with probability 0.95. The full run's quality is 1.
 *
 * @param baseline what would be served without a bandit.
 * @param alpha above 0, below 1.
 */
export function armsNear(state: TargetState, terms: Terms, baseline: number, alpha: number): number[] {
  const { arms } = terms
  const bounds = arms.map((nfe, arm) => {
    const { low, high } = boundsOf(state, terms, arm)
    const unit = (quality: number): number => (1 + quality - nfe / arms.at(-1)!) / 2
    return { taken: state.taken[arm]!, low: unit(low), high: unit(high) }
  })
  const allowed = conservativeArms(bounds, { baseline, alpha })
  return [...arms.keys()].filter((arm) => allowed[arm])
}

function boundsOf(state: TargetState, { goal, arms, table }: Terms, arm: number) {
  if (arm === arms.length - 1) return { low: 1, high: 1 }
  const known = table?.runs ?? []
  const { runs, lost } = state.online[arm]!
  const before = known.reduce((sum, { scores }) => sum + lostIn(goal, scores[arm]!), 0)
  const total = runs + known.length
  const { low, high } = meanBounds(
    { runs: total, sum: Math.min(total, before + lost) },
    { delta: DELTA / (arms.length - 1), expected: EXPECTED },
  )
  return { low: 1 - high, high: 1 - low }
}

/** Quality that a score is short of the best. */
export function lostIn(goal: Goal, score: number): number {
  return 1 - closenessOf(goal, score)
}
