import { type Plan, type PlanEntry, parsePlan } from '@fastflow/core'
import { type Certificate, certify, leastRuns } from '@fastflow/pipelines'
import type { Knowledge } from '../engine/protocol.ts'
import type { Settings } from './settings.ts'

/** Planned where there is no plan yet, by the pipeline's own rule. */
const USUAL_BUDGETS = [6, 8, 10, 12, 15, 19, 25]

/** Evaluations of `auto`, or the nearest planned. */
const USUAL_NFE = 12

function frontierOf(knowledge: Knowledge | undefined): Plan | undefined {
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

/** Distances to choose from. */
export const LPIPS_LEVELS: readonly number[] = [0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2]

/** What a quality target comes to, by the runs measured beforehand; undefined where there is no plan yet. */
export function choiceOf(
  knowledge: Knowledge | undefined,
  settings: Settings,
): (Certificate & { readonly nfe: number }) | undefined {
  const { plan, measured } = knowledge ?? {}
  if (plan === undefined) return undefined
  const { metric, share: confidence, numSteps } = settings
  const nfe = plan.plans.map((entry) => entry.nfe)
  const goal = { metric, limit: settings[metric], confidence }
  const certificate = certify(goal, nfe, { table: measured?.[metric], online: [] })
  return { ...certificate, nfe: certificate.arm === undefined ? numSteps : nfe[certificate.arm]! }
}

/** Runs that have to be measured before a target can be certified; undefined where measuring more is no help. */
export function runsToMeasure(knowledge: Knowledge | undefined, settings: Settings): number | undefined {
  const choice = choiceOf(knowledge, settings)
  if (choice === undefined || choice.kind === 'planned' || choice.kind === 'beyond-floor') return undefined
  const measured = knowledge?.measured[settings.metric]?.runs.length ?? 0
  return Math.max(leastRuns(settings.share), choice.kind === 'out-of-reach' ? 2 * measured : 0)
}

/** Evaluations that the present effort comes to; undefined where only the run will tell. */
export function effortOf(knowledge: Knowledge | undefined, settings: Settings): number | undefined {
  if (settings.mode === 'learn') return undefined
  if (settings.mode === 'quality') return choiceOf(knowledge, settings)?.nfe
  if (settings.mode === 'budget') return settings.nfe
  return knowledge?.plan && nearestBudget(frontierOf(knowledge)!.budgets, USUAL_NFE)
}
