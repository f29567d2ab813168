import { type Frontier, type PlanChoice, type PlanEntry, parsePlan } from '@fastflow/core'
import type { Knowledge } from '../engine/protocol.ts'
import type { Settings } from './state.ts'

/** Planned where there is no plan yet, by the pipeline's own rule. */
const USUAL_BUDGETS = [6, 8, 10, 12, 15, 19, 25]

export function frontierOf(knowledge: Knowledge | undefined): Frontier | undefined {
  return knowledge?.plan && parsePlan(knowledge.plan)
}

/** Budgets to choose from, the full run last. */
export function budgetsOf(knowledge: Knowledge | undefined, numSteps: number): readonly number[] {
  const planned = frontierOf(knowledge)?.budgets ?? USUAL_BUDGETS
  return [...planned.filter((budget) => budget < numSteps), numSteps]
}

/** The budget nearest to the one asked for. */
export function nearestBudget(budgets: readonly number[], nfe: number): number {
  return budgets.reduce((best, budget) => (Math.abs(budget - nfe) < Math.abs(best - nfe) ? budget : best))
}

/** The plan that a budget follows; undefined for the full run and where nothing is planned yet. */
export function entryOf(knowledge: Knowledge | undefined, nfe: number): PlanEntry | undefined {
  return knowledge?.plan?.plans.find(({ budget }) => budget === nfe)
}

/** What a quality target comes to; undefined where there is no plan yet. */
export function choiceOf(
  knowledge: Knowledge | undefined,
  { psnr, share }: Pick<Settings, 'psnr' | 'share'>,
): PlanChoice | undefined {
  return frontierOf(knowledge)?.for({ psnr, confidence: share })
}
