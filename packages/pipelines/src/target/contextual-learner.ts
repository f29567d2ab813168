import { type ContextualBandit, type LinearPrior, type LinearState, linUcb } from '@fastflow/bandits'
import { shown } from '@fastflow/core/backend'
import { lastChoice, sharedEvaluations } from './branches.ts'
import { checkBeginning } from './check-beginning.ts'
import { sizeScore, withLandings } from './early.ts'
import { CONTEXT_SIZE, contextOf } from './features.ts'
import type { Goal } from './goal.ts'
import { type BanditName, type Learner, MOST_PRIOR, otherState } from './learner.ts'
import type { QualityTable } from './quality-table.ts'
import { rewardsOf } from './reward.ts'

/** Ridge of the warm start's regressions. */
const PRIOR_RIDGE = 1

/** Plans chosen by a bandit that sees contexts. */
export function contextualLearner(name: BanditName, bandit: ContextualBandit, explore: number): Learner {
  const checked = (document: unknown, arms: number): LinearState => {
    const state = bandit.parse(document)
    if (state.arms === arms && state.dimension === CONTEXT_SIZE) return state
    const size = `${state.arms} arms and ${state.dimension} features`
    throw otherState(`it has ${size}, not ${shown(arms)} and ${CONTEXT_SIZE}`)
  }
  return {
    name,
    init(goal, arms, table) {
      checkBeginning(goal, arms, table)
      const options = { arms: arms.length, dimension: CONTEXT_SIZE }
      if (table === undefined || table.runs.length === 0) return bandit.init(options)
      return bandit.init({ ...options, prior: warmStart(goal, arms, table) })
    },
    probabilities(state, context, among) {
      const chances = bandit.distribution(state as LinearState, context, among)
      return chances.map((p, arm) => (1 - explore) * p + (among.includes(arm) ? explore / among.length : 0))
    },
    update: (state, outcome) => bandit.update(state as LinearState, outcome),
    parse: checked,
  }
}

/**
 * One ridge regression of the rewards of every arm on the contexts of the measured runs, as they would have been where the
 * arm is chosen for the last time: all arms were run on each noise, so that no pull has to be spent on finding out what is
 * known.
 */
function warmStart(goal: Goal, arms: readonly number[], table: QualityTable): LinearPrior[] {
  const { runs } = table
  const regression = linUcb({ ridge: PRIOR_RIDGE })
  const shared = sharedEvaluations(arms.length, table)
  let state = regression.init({ arms: arms.length, dimension: CONTEXT_SIZE })
  for (const { features, size, scores, landings } of runs) {
    const first = contextOf(features, 0, sizeScore(table, size))
    for (const [arm, reward] of rewardsOf(goal, scores, arms).entries()) {
      const seen = landings[arm]?.slice(0, lastChoice(shared, arm) - 1) ?? []
      state = regression.update(state, { arm, context: withLandings(first, table, arm, seen), reward })
    }
  }
  const unit = (i: number): number[] => Array.from({ length: CONTEXT_SIZE }, (_, k) => (k === i ? 1 : 0))
  const columns = Array.from({ length: CONTEXT_SIZE }, (_, i) => regression.forecast(state, unit(i)))
  return arms.map((_, arm) => ({
    coefficients: columns.map((forecasts) => forecasts[arm]!.mean),
    weight: Math.min(MOST_PRIOR, runs.length),
  }))
}
