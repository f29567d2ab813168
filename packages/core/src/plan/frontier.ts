import { invalidArgument } from '../errors.ts'
import { fullPolicy } from '../policy/full.ts'
import type { SkipPolicy } from '../policy/policy.ts'
import { maskFromDecisions } from '../policy/replay.ts'
import type { PlanDocument, PlanEntry } from './document.ts'
import { planPolicy } from './plan-policy.ts'
import { choosePlan, type PlanChoice, type QualityTarget } from './quality-target.ts'

/** Plans for all budgets of one model, schedule and guidance. */
export interface Frontier {
  readonly document: PlanDocument
  /** Budgets that were planned, increasing. */
  readonly budgets: readonly number[]
  /**
   * The policy of the largest planned budget of at most `nfe`; the full run from T on.
   *
   * @throws FastFlowError `invalid-argument` below the smallest budget.
   */
  at(nfe: number): SkipPolicy<undefined>
  /** The plan behind {@link at}, with its quality; undefined where that is the full run. */
  entry(nfe: number): PlanEntry | undefined
  /** The cheapest plan whose fidelity is certified, or the full run and why. */
  for(target: QualityTarget): PlanChoice
  /** Step mask of {@link at} as other tools read it: 1 evaluated, 0 skipped. */
  mask(nfe: number): number[]
  toJSON(): PlanDocument
}

export function createFrontier(document: PlanDocument): Frontier {
  const { plans, key } = document
  const numSteps = key.schedule.sigmas.length - 1
  const budgets = plans.map((plan) => plan.budget)
  const entry = (nfe: number): PlanEntry | undefined => {
    if (nfe >= numSteps) return undefined
    const chosen = plans.filter((plan) => plan.budget <= nfe).at(-1)
    if (chosen !== undefined) return chosen
    throw invalidArgument(
      'nfe',
      `${nfe} is below the smallest planned budget; available: ${budgets.join(', ')}`,
    )
  }
  const policyOf = (plan: PlanEntry | undefined): SkipPolicy<undefined> =>
    plan === undefined ? fullPolicy() : planPolicy(key.schedule.sigmas, plan)
  return {
    document,
    budgets,
    at: (nfe) => policyOf(entry(nfe)),
    entry,
    for: (target) => choosePlan(document, target, policyOf),
    mask: (nfe) => {
      const nodes = new Set(entry(nfe)?.nodes ?? Array.from({ length: numSteps }, (_, k) => k))
      const decisions = Array.from({ length: numSteps }, (_, k) => (nodes.has(k) ? 'C' : 'S'))
      return maskFromDecisions(decisions.join(''))
    },
    toJSON: () => document,
  }
}
