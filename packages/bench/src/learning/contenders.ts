import { type Bandit, type FullInformationBandit, hedge, type State, ucb1 } from '@fastflow/bandits'
import { BANDITS, type Goal, type QualityTable } from '@fastflow/pipelines'
import type { Chooser } from './chooser.ts'
import { served } from './served.ts'

/** A way to choose plans, and what it has to know before the first request. */
export interface Contender {
  readonly name: string
  start(goal: Goal, arms: readonly number[], measured: QualityTable): Chooser
}

export const contenders: readonly Contender[] = [
  // As the paper has it: c = 2 on raw rewards, no prior, every arm tried first.
  { name: 'ucb1 (paper)', start: (_, arms) => ofArms(ucb1({ c: 2 }), arms) },
  { name: 'ucb1, c 0.1', start: (_, arms) => ofArms(ucb1({ c: 0.1 }), arms) },
  { name: 'hedge, all arms seen', start: (_, arms) => ofAll(hedge({ learningRate: () => 4 }), arms) },
  // What plans are served by, without the requests that it spends on exploring at random.
  ...BANDITS.flatMap((bandit): Contender[] => [
    { name: bandit, start: (goal, arms) => served({ bandit, explore: 0 }, goal, arms, undefined) },
    {
      name: `${bandit}, warm`,
      start: (goal, arms, table) => served({ bandit, explore: 0 }, goal, arms, table),
    },
  ]),
  {
    name: 'lin-ucb, warm, no landings',
    start: (goal, arms, table) => served({ explore: 0 }, goal, arms, withoutLandings(table)),
  },
  {
    name: 'lin-ucb, warm, condition only',
    start: (goal, arms, table) => served({ explore: 0 }, goal, arms, withoutEarly(table)),
  },
  { name: 'lin-ucb, warm, as served', start: (goal, arms, table) => served({}, goal, arms, table) },
  {
    name: 'lin-ucb, warm, conservative 0.1',
    start: (goal, arms, table) => served({ conservative: 0.1 }, goal, arms, table),
  },
]

/** Always the same arm. */
export function fixed(arm: number): Chooser {
  return { choose: () => arm, learn: () => {} }
}

/** The same runs without what the request itself shows on its way. */
function withoutEarly(table: QualityTable): QualityTable {
  const bare = withoutLandings(table)
  return { ...bare, runs: bare.runs.map(({ size: _, ...run }) => run) }
}

function withoutLandings(table: QualityTable): QualityTable {
  return { ...table, runs: table.runs.map((run) => ({ ...run, landings: run.landings.map(() => []) })) }
}

function ofArms<Row>(bandit: Bandit<Row>, arms: readonly number[]): Chooser {
  let state: State<Row> = bandit.init({ arms: arms.length })
  return {
    choose: (_, random) => bandit.select(state, random).arm,
    learn: (_, arm, rewards) => {
      state = bandit.update(state, { arm, reward: rewards[arm]! })
    },
  }
}

function ofAll<Row>(bandit: FullInformationBandit<Row>, arms: readonly number[]): Chooser {
  let state: State<Row> = bandit.init({ arms: arms.length })
  return {
    choose: (_, random) => bandit.select(state, random).arm,
    learn: (_, _arm, rewards) => {
      // Its rewards have to lie in [0, 1].
      state = bandit.update(state, { rewards: rewards.map((reward) => (reward + 1) / 2) })
    },
  }
}
