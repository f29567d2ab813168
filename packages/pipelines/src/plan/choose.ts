import { type Frontier, invalidArgument, type PlanEntry, type SkipPolicy } from '@fastflow/core'
import type { PlanAcceleration } from '../generate/options.ts'

/** How many evaluations, or how faithful: one of both. */
export type PlanRequest = Pick<PlanAcceleration, 'nfe' | 'psnr' | 'confidence'>

/** What to run. */
export interface ChosenPlan {
  readonly policy: SkipPolicy<undefined>
  /** The plan behind the policy; undefined for the full run. */
  readonly entry: PlanEntry | undefined
  readonly notes: readonly string[]
}

const DEFAULT_NFE = 12

/** What is planned from a first run, where planning costs no evaluation. */
const BUDGETS = [6, 8, 10, 12, 15, 19, 25]

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkPlanRequest({ nfe, psnr, confidence }: PlanRequest): void {
  if (nfe !== undefined && !(Number.isInteger(nfe) && nfe >= 1))
    throw invalidArgument('nfe', `${nfe} is not a whole number of at least 1`)
  if (psnr === undefined) {
    if (confidence === undefined) return
    throw invalidArgument('confidence', 'goes with psnr; give that too, or neither')
  }
  if (nfe !== undefined) throw invalidArgument('psnr', 'excludes nfe; give one of them')
  if (!(Number.isFinite(psnr) && psnr > 0))
    throw invalidArgument('psnr', `${psnr} is not a positive number of dB`)
  if (confidence !== undefined && !(confidence > 0 && confidence < 1))
    throw invalidArgument('confidence', `${confidence} is not between 0 and 1`)
}

/** Budgets to plan for so that the request can be met. */
export function budgetsFor({ nfe }: PlanRequest, numSteps: number): readonly number[] {
  return [...BUDGETS, ...(nfe === undefined ? [] : [nfe])].filter((budget) => budget < numSteps)
}

/**
 * The plan that meets the request; the full run, with a note, where none does.
 *
 * @throws FastFlowError `invalid-argument` for fewer evaluations than were planned for.
 */
export function choosePlan(frontier: Frontier, request: PlanRequest): ChosenPlan {
  return request.psnr === undefined ? byBudget(frontier, request) : byQuality(frontier, request)
}

function byBudget(frontier: Frontier, { nfe }: PlanRequest): ChosenPlan {
  const wanted = nfe ?? nearest(frontier.budgets, DEFAULT_NFE)
  const entry = frontier.entry(wanted)
  const notes: string[] = []
  if (entry === undefined)
    notes.push(`every step is evaluated: nfe ${wanted} is not below the steps of the grid`)
  else if (nfe !== undefined && entry.budget !== nfe)
    notes.push(
      `nfe ${nfe} is not planned, ${entry.budget} is used; available: ${frontier.budgets.join(', ')}`,
    )
  return { policy: frontier.at(wanted), entry, notes }
}

function byQuality(frontier: Frontier, { psnr, confidence }: PlanRequest): ChosenPlan {
  const target = { psnr: psnr ?? 0, ...(confidence !== undefined && { confidence }) }
  const { policy, kind, nfe, reason } = frontier.for(target)
  if (kind !== 'planned') return { policy, entry: undefined, notes: [`every step is evaluated: ${reason}`] }
  return { policy, entry: frontier.document.plans.find((plan) => plan.nfe === nfe), notes: [] }
}

function nearest(budgets: readonly number[], wanted: number): number {
  const distance = (budget: number): number => Math.abs(budget - wanted)
  return budgets.reduce((best, budget) => (distance(budget) < distance(best) ? budget : best))
}
