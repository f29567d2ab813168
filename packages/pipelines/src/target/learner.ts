import { type ContextualBandit, type LinearPrior, type LinearState, linUcb } from '@fastflow/bandits'
import { CONTEXT_SIZE, contextOf } from './features.ts'
import type { QualityTable } from './quality-table.ts'
import { type Goal, rewardOf } from './reward.ts'

/** Share of requests an arm is drawn for at random: what makes logs useful for judging other policies. */
const EXPLORE = 0.05

/** Width of the confidence bonus: rewards of plans next to each other differ by some hundredths. */
const ALPHA = 0.1

/** Pseudo-observations a measured run is worth, at most so many in all: what is seen online must be able to overrule them. */
const MOST_PRIOR = 20

/** Ridge of the warm start's regressions. */
const PRIOR_RIDGE = 1

export const bandit: ContextualBandit = linUcb({ alpha: ALPHA, ridge: 0.1 })

/** An empty state, or one that starts from the counterfactual outcomes of measured runs. The last arm is the full run. */
export function initLearner(
  goal: Goal,
  arms: readonly number[],
  table: QualityTable | undefined,
): LinearState {
  const options = { arms: arms.length, dimension: CONTEXT_SIZE }
  if (table === undefined || table.runs.length === 0) return bandit.init(options)
  return bandit.init({ ...options, prior: warmStart(goal, arms, table) })
}

/** Probability of every arm: mostly the one of the largest confidence bound, now and then any. */
export function armProbabilities(state: LinearState, context: readonly number[]): number[] {
  const greedy = bandit.select(state, context, () => 0).arm
  return Array.from(
    { length: state.arms },
    (_, arm) => EXPLORE / state.arms + (arm === greedy ? 1 - EXPLORE : 0),
  )
}

/**
 * One ridge regression of the rewards of every arm on the contexts of the measured runs: all arms were run on each noise,
 * so that no pull has to be spent on finding out what is known.
 */
function warmStart(goal: Goal, arms: readonly number[], { runs, numSteps }: QualityTable): LinearPrior[] {
  const regression = linUcb({ ridge: PRIOR_RIDGE })
  let state = regression.init({ arms: arms.length, dimension: CONTEXT_SIZE })
  for (const run of runs) {
    const context = contextOf(run.features, 0)
    for (let arm = 0; arm < arms.length; arm++) {
      // The full run is not measured against itself: its score is perfect.
      const score = run.scores[arm]
      const reward =
        score === undefined ? 1 - arms[arm]! / numSteps : rewardOf(goal, score, arms[arm]!, numSteps)
      state = regression.update(state, { arm, context, reward })
    }
  }
  const unit = (i: number): number[] => Array.from({ length: CONTEXT_SIZE }, (_, k) => (k === i ? 1 : 0))
  const columns = Array.from({ length: CONTEXT_SIZE }, (_, i) => regression.forecast(state, unit(i)))
  return arms.map((_, arm) => ({
    coefficients: columns.map((forecasts) => forecasts[arm]!.mean),
    weight: Math.min(MOST_PRIOR, runs.length),
  }))
}
