import {
  type BanditName,
  certificateOf,
  chooseAgain,
  chooseArm,
  contextOf,
  createTerms,
  type DecisionRecord,
  type Goal,
  initTargetState,
  learnerOf,
  type QualityRun,
  type QualityTable,
  type Route,
  sizeScore,
  updateTargetState,
} from '@fastflow/pipelines'
import type { Chooser } from './chooser.ts'

export interface ServedOptions {
  readonly bandit?: BanditName
  /** Share of requests an arm is drawn for at random; default as served. */
  readonly explore?: number
  readonly conservative?: number
}

/**
 * The selector that serves targets, over measured runs: it sees what a request shows on its way, and every request is
 * measured.
 */
export function served(
  { bandit, explore, conservative }: ServedOptions,
  goal: Goal,
  arms: readonly number[],
  table: QualityTable | undefined,
): Chooser {
  const terms = { ...createTerms(goal, arms, table), learner: learnerOf(bandit, explore) }
  const options = { choose: 'learned', ...(conservative !== undefined && { conservative }) } as const
  let state = initTargetState(terms)
  let route: Route | undefined
  return {
    choose({ features, size, landings }, random) {
      const context = contextOf(features, state.previous, sizeScore(table, size))
      route = chooseArm(state, terms, certificateOf(state, terms), context, options, random)
      for (let evaluations = 2; evaluations <= arms[route.arm]!; evaluations++) {
        const seen = landings[route.arm]?.slice(0, evaluations - 1) ?? []
        route = chooseAgain(route, state, terms, evaluations, seen, random)
      }
      return route.arm
    },
    learn(run, arm, rewards) {
      state = updateTargetState(state, recordOf(goal, arms, run, route!, rewards[arm]!), terms)
    },
  }
}

function recordOf(
  { metric, limit }: Goal,
  arms: readonly number[],
  { seed, scores, landings }: QualityRun,
  { arm, propensity, choices }: Route,
  reward: number,
): DecisionRecord {
  const own = landings[arm] ?? []
  const score = scores[arm]
  return {
    format: 'fastflow-decision',
    version: 3,
    key: '',
    seed,
    mode: 'on',
    arms,
    arm,
    propensity,
    choices,
    landings: own,
    metric,
    limit,
    proxy: '',
    scores: score === undefined ? [] : [{ arm, score, landings: own }],
    shadowNfe: 0,
    reward,
  }
}
