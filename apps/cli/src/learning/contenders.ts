import {
  type Bandit,
  type ContextualBandit,
  discountedUcb,
  type FullInformationBandit,
  hedge,
  linTs,
  linUcb,
  type State,
  ucb1,
} from '@fastflow/bandits'
import { contextOf, type Goal, initLearner, type QualityTable } from '@fastflow/pipelines'

/** A learner in the middle of a replay. */
export interface Learner {
  choose(context: readonly number[], random: () => number): number
  /** `rewards` of all arms, in [-1, 1]; most learners look at that of the chosen one alone. */
  learn(context: readonly number[], arm: number, rewards: readonly number[]): void
}

/** A way to choose plans, and what it has to know before the first request. */
export interface Contender {
  readonly name: string
  start(goal: Goal, arms: readonly number[], measured: QualityTable): Learner
}

/** Features of a context. */
const DIMENSION: number = contextOf([0, 0, 0, 0], 0).length

/** Rewards in [0, 1], as bandits with bounded rewards want them. */
const unit = (reward: number): number => (reward + 1) / 2

export const contenders: readonly Contender[] = [
  // As the paper has it: c = 2 on raw rewards, no prior, every arm tried first.
  { name: 'ucb1 (paper)', start: (_, arms) => ofArms(ucb1({ c: 2 }), arms, (reward) => reward) },
  { name: 'ucb1, c 0.1', start: (_, arms) => ofArms(ucb1({ c: 0.1 }), arms, (reward) => reward) },
  { name: 'discounted ucb', start: (_, arms) => ofArms(discountedUcb({ c: 0.1 }), arms, unit) },
  { name: 'lin-ucb', start: (_, arms) => ofContexts(linUcb({ alpha: 0.1, ridge: 0.1 }), arms) },
  { name: 'lin-ts', start: (_, arms) => ofContexts(linTs({ deviation: 0.1, ridge: 0.1 }), arms) },
  { name: 'hedge, all arms seen', start: (_, arms) => ofAll(hedge({ learningRate: () => 4 }), arms) },
  {
    name: 'lin-ucb, warm',
    start: (goal, arms, table) =>
      ofContexts(linUcb({ alpha: 0.1, ridge: 0.1 }), arms, initLearner(goal, arms, table)),
  },
  {
    name: 'lin-ts, warm',
    start: (goal, arms, table) => {
      const { prior } = initLearner(goal, arms, table)
      const bandit = linTs({ deviation: 0.1, ridge: 0.1 })
      return ofContexts(bandit, arms, bandit.init({ arms: arms.length, dimension: DIMENSION, prior: prior! }))
    },
  },
]

/** Always the same arm. */
export function fixed(arm: number): Learner {
  return { choose: () => arm, learn: () => {} }
}

function ofArms<Row>(
  bandit: Bandit<Row>,
  arms: readonly number[],
  scale: (reward: number) => number,
): Learner {
  let state: State<Row> = bandit.init({ arms: arms.length })
  return {
    choose: (_, random) => bandit.select(state, random).arm,
    learn: (_, arm, rewards) => {
      state = bandit.update(state, { arm, reward: scale(rewards[arm]!) })
    },
  }
}

function ofAll<Row>(bandit: FullInformationBandit<Row>, arms: readonly number[]): Learner {
  let state: State<Row> = bandit.init({ arms: arms.length })
  return {
    choose: (_, random) => bandit.select(state, random).arm,
    learn: (_, _arm, rewards) => {
      state = bandit.update(state, { rewards: rewards.map(unit) })
    },
  }
}

function ofContexts(
  bandit: ContextualBandit,
  arms: readonly number[],
  from = bandit.init({ arms: arms.length, dimension: DIMENSION }),
): Learner {
  let state = from
  return {
    choose: (context, random) => bandit.select(state, context, random).arm,
    learn: (context, arm, rewards) => {
      state = bandit.update(state, { arm, context, reward: rewards[arm]! })
    },
  }
}
