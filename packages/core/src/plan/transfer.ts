import { invalidArgument } from '../errors.ts'
import { numStepsOf, type Schedule } from '../schedule/schedule.ts'
import { nearestIndex } from './candidates.ts'
import { compact, type PlanDocument } from './document.ts'
import { createFrontier, type Frontier } from './frontier.ts'
import type { PlanTarget } from './increments.ts'
import { summarise } from './quality.ts'
import { priorRule, priorWeights } from './visit.ts'

/**
 * The same plans on another grid: nodes go to the nearest noise levels, weights are made anew by emulation (integration
 * where the target is `exact`). Quality starts from nothing: {@link refine} measures it.
 *
 * Budgets that the new grid has no room for are left out.
 *
 * @throws FastFlowError `invalid-argument` when no budget is left.
 */
export function transferPlan(plan: Frontier, schedule: Schedule): Frontier {
  const { key, plans } = plan.document
  const { sigmas } = schedule
  const kept = plans.filter(({ nfe }) => nfe < numStepsOf(schedule))
  if (kept.length === 0)
    throw invalidArgument('schedule', 'has fewer steps than the smallest plan has evaluations')
  const moved = kept.map((entry) => {
    const nodes = matchNodes(
      entry.nodes.map((node) => key.schedule.sigmas[node]!),
      sigmas,
    )
    const weights = ruleWeights(nodes, sigmas, key.target)
    return { ...entry, nodes, weights, scores: [], quality: summarise([], 'none') }
  })
  const document: PlanDocument = {
    ...plan.document,
    key: { ...key, schedule: { name: schedule.name, sigmas: sigmas.map((sigma) => compact(sigma)) } },
    floor: { fewerSteps: [], exact: [] },
    plans: moved,
  }
  return createFrontier(document)
}

/** Nearest grid indices of decreasing noise levels, distinct and starting at 0. */
function matchNodes(levels: readonly number[], sigmas: readonly number[]): number[] {
  const nodes = levels.map((level) => nearestIndex(sigmas, level))
  const last = sigmas.length - 2
  nodes[0] = 0
  for (let m = 1; m < nodes.length; m++) nodes[m] = Math.max(nodes[m]!, nodes[m - 1]! + 1)
  for (let m = nodes.length - 1, most = last; m > 0; m--, most--) nodes[m] = Math.min(nodes[m]!, most)
  return nodes
}

/** Weights of every jump by the rule a target starts from, at second order. */
export function ruleWeights(
  nodes: readonly number[],
  sigmas: readonly number[],
  target: PlanTarget,
): number[][] {
  const rule = priorRule(target)
  return nodes.map((_, m) => {
    const history = nodes.slice(Math.max(0, m - 1), m + 1).reverse()
    return [...priorWeights(rule, sigmas, history, nodes[m + 1] ?? sigmas.length - 1)]
  })
}
