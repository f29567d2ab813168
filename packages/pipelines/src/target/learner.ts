import { FastFlowError } from '@fastflow/core'
import type { Goal } from './goal.ts'
import type { QualityTable } from './quality-table.ts'

/** The bandits that can choose plans, by name. */
export const BANDITS = ['lin-ucb', 'lin-ts', 'discounted-ucb', 'sliding-window-ucb'] as const

export type BanditName = (typeof BANDITS)[number]

/** Share of requests an arm is drawn for at random. */
export const EXPLORE = 0.05

/** Pseudo-observations the measured runs are worth at most: what is seen online must be able to overrule them. */
export const MOST_PRIOR = 20

/** A bandit as plans are chosen by it. States are plain JSON; no method changes one. */
export interface Learner {
  readonly name: BanditName
  /** An empty state, or one that starts from the counterfactual outcomes of measured runs. The last arm is the full run. */
  init(goal: Goal, arms: readonly number[], table: QualityTable | undefined): unknown
  /** Probability of every arm in a context, 0 outside `among`: mostly the bandit's choice, now and then any. */
  probabilities(state: unknown, context: readonly number[], among: readonly number[]): number[]
  update(
    state: unknown,
    outcome: { readonly arm: number; readonly context: readonly number[]; readonly reward: number },
  ): unknown
  /** Checks a state from outside. @throws FastFlowError, or the error of `@fastflow/bandits`, naming the field. */
  parse(document: unknown, arms: number): unknown
}

/** The error for a state of other arms, or of other contexts. */
export function otherState(message: string): FastFlowError {
  return new FastFlowError({ code: 'policy-mismatch', field: 'arms', message: `arms: ${message}` })
}
