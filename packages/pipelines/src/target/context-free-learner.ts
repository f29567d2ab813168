import type { ArmPrior, Bandit, State } from '@fastflow/bandits'
import { shown } from '@fastflow/core/backend'
import { checkBeginning } from './check-beginning.ts'
import type { Goal } from './goal.ts'
import { type BanditName, type Learner, MOST_PRIOR, otherState } from './learner.ts'
import type { QualityTable } from './quality-table.ts'
import { rewardsOf } from './reward.ts'

/** Plans chosen by a bandit that sees no contexts and takes one arm with certainty. */
export function contextFreeLearner<Row>(name: BanditName, bandit: Bandit<Row>, explore: number): Learner {
  const checked = (document: unknown, arms: number): State<Row> => {
    const state = bandit.parse(document)
    if (state.arms === arms) return state
    throw otherState(`it has ${state.arms} arms, not ${shown(arms)}`)
  }
  return {
    name,
    init(goal, arms, table) {
      checkBeginning(goal, arms, table)
      const size = { arms: arms.length }
      if (table === undefined || table.runs.length === 0) return bandit.init(size)
      return bandit.init({ ...size, prior: warmStart(goal, arms, table) })
    },
    probabilities(state, _, among) {
      const chosen = bandit.select(state as State<Row>, () => 0).arm
      const { arms } = state as State<Row>
      const chance = (arm: number): number => explore / arms + (arm === chosen ? 1 - explore : 0)
      const total = among.reduce((sum, arm) => sum + chance(arm), 0)
      return Array.from({ length: arms }, (__, arm) => (among.includes(arm) ? chance(arm) / total : 0))
    },
    update: (state, { arm, reward }) => bandit.update(state as State<Row>, { arm, reward }),
    parse: checked,
  }
}

/** Every arm's mean over the measured runs. */
function warmStart(goal: Goal, arms: readonly number[], { runs }: QualityTable): ArmPrior[] {
  const rewards = runs.map(({ scores }) => rewardsOf(goal, scores, arms))
  return arms.map((_, arm) => ({
    mean: rewards.reduce((sum, row) => sum + row[arm]!, 0) / runs.length,
    weight: Math.min(MOST_PRIOR, runs.length),
  }))
}
