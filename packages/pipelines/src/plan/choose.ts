import {
  type CalibrateOptions,
  invalidArgument,
  numStepsOf,
  type Plan,
  type PlanEntry,
  passesOf,
  type SkipPolicy,
} from '@fastflow/core'
import { checkShare, checkWhole, shown, usualBudgets } from '@fastflow/core/backend'
import type { RunKey } from '../task/run.ts'
import type { PlanAcceleration } from './options.ts'

/** How many evaluations or passes, or how faithful: one of them. */
export type PlanRequest = Pick<PlanAcceleration, 'nfe' | 'passes' | 'psnr' | 'confidence'>

/** What to run. */
export interface ChosenPlan {
  readonly policy: SkipPolicy<undefined>
  /** The plan behind the policy; undefined for the full run. */
  readonly entry: PlanEntry | undefined
  readonly notes: readonly string[]
}

const DEFAULT_NFE = 12

/** Joint plans need two evaluations, one of them with both passes. */
const LEAST_PASSES = 3

/** Passes that are planned for from a first run, where they are asked for; planning costs no evaluation there. */
const PASSES = [9, 13, 17, 21, 26]

/** @throws FastFlowError `invalid-argument` naming the option. */
export function checkPlanRequest({ nfe, passes, psnr, confidence }: PlanRequest): void {
  for (const [name, value] of Object.entries({ nfe, passes })) {
    if (value !== undefined) checkWhole(name, value, 1)
  }
  if (nfe !== undefined && passes !== undefined)
    throw invalidArgument('passes', 'excludes nfe; give one of them')
  if (psnr === undefined) {
    if (confidence === undefined) return
    throw invalidArgument('confidence', 'goes with psnr; give that too, or neither')
  }
  if (nfe !== undefined || passes !== undefined)
    throw invalidArgument('psnr', 'excludes nfe and passes; give one of them')
  if (!(Number.isFinite(psnr) && psnr > 0))
    throw invalidArgument('psnr', `${shown(psnr)} is not a positive number of dB`)
  if (confidence !== undefined) checkShare('confidence', confidence)
}

/** Budgets to plan for so that the request can be met; joint plans where passes are asked for and the run is guided. */
export function budgetsFor(
  request: PlanRequest,
  run: Pick<RunKey, 'schedule' | 'guided' | 'guidanceInterval'>,
): Pick<CalibrateOptions, 'budgets' | 'guided' | 'passes'> {
  const { nfe, passes } = request
  const numSteps = numStepsOf(run.schedule)
  const below = (most: number, budgets: readonly (number | undefined)[]): number[] =>
    budgets.filter((budget) => budget !== undefined && budget < most).map(Number)
  // Without guidance a pass is an evaluation.
  if (!hearsParts(request, run))
    return { budgets: below(numSteps, [...usualBudgets, nfe, ...(run.guided ? [] : [passes])]) }
  const joint = below(2 * numSteps, [...PASSES, passes]).filter((budget) => budget >= LEAST_PASSES)
  return { budgets: below(numSteps, [...usualBudgets, nfe]), guided: true, passes: joint }
}

/**
 * Whether a first run has to be heard in both parts of its velocity, whose inner products are four times as many: joint
 * plans are made of them, where guidance acts at all noise levels.
 */
export function hearsParts(
  { passes }: Pick<PlanRequest, 'passes'>,
  { guided, guidanceInterval }: Pick<RunKey, 'guided' | 'guidanceInterval'>,
): boolean {
  return guided && passes !== undefined && guidanceInterval === undefined
}

/**
 * The plan that meets the request; the full run, with a note, where none does.
 *
 * @throws FastFlowError `invalid-argument` for fewer evaluations than were planned for.
 */
export function choosePlan(frontier: Plan, request: PlanRequest, guided: boolean): ChosenPlan {
  const { nfe, passes, psnr } = request
  if (psnr !== undefined) return byQuality(frontier, request)
  if (passes === undefined) return byBudget(frontier, nfe, 'nfe')
  return guided ? byPasses(frontier, passes) : byBudget(frontier, passes, 'passes')
}

function byBudget(frontier: Plan, nfe: number | undefined, option: 'nfe' | 'passes'): ChosenPlan {
  const wanted = nfe ?? nearest(frontier.budgets, DEFAULT_NFE)
  const entry = frontier.entry(wanted)
  const notes: string[] = []
  if (entry === undefined)
    notes.push(`every step is evaluated: ${option} ${wanted} is not below the steps of the grid`)
  else if (nfe !== undefined && entry.budget !== nfe)
    notes.push(
      `${option} ${nfe} is not planned, ${entry.budget} is used; available: ${frontier.budgets.join(', ')}`,
    )
  return { policy: frontier.at(wanted), entry, notes }
}

function byPasses(frontier: Plan, passes: number): ChosenPlan {
  const entry = frontier.entry({ passes })
  const notes: string[] = []
  if (entry === undefined)
    notes.push(`every step is evaluated: passes ${passes} are not below those of the full run`)
  else {
    const taken = passesOf(entry, frontier.document.key)
    const available = frontier.passes.length > 0 ? `; available: ${frontier.passes.join(', ')}` : ''
    if (taken !== passes)
      notes.push(`of the plans within ${passes} passes the best takes ${taken}${available}`)
  }
  return { policy: frontier.at({ passes }), entry, notes }
}

function byQuality(frontier: Plan, { psnr, confidence }: PlanRequest): ChosenPlan {
  const target = { psnr: psnr ?? 0, ...(confidence !== undefined && { confidence }) }
  const { policy, kind, entry, reason } = frontier.for(target)
  return { policy, entry, notes: kind === 'planned' ? [] : [`every step is evaluated: ${reason}`] }
}

function nearest(budgets: readonly number[], wanted: number): number {
  const distance = (budget: number): number => Math.abs(budget - wanted)
  return budgets.reduce((best, budget) => (distance(budget) < distance(best) ? budget : best))
}
