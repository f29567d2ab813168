import { invalidArgument } from '../../errors.ts'
import type { Extrapolator } from '../../extrapolate/extrapolator.ts'
import { numStepsOf, type Schedule } from '../../schedule/schedule.ts'
import { checkFrontier } from '../document/check-frontier.ts'
import { compact, type PlanDocument, type PlanEntry } from '../document/document.ts'
import { createFrontier, type Plan, solverOf } from '../document/frontier.ts'
import { summarise } from '../document/quality.ts'
import { nearestIndex } from '../price/nearest-index.ts'
import { ruleRow } from './route.ts'
import { priorRule } from './visit.ts'

/**
 * The same plans on another grid: nodes go to the nearest noise levels, weights are made anew by emulation (integration
 * where the target is `exact`). Quality starts from nothing: {@link validatePlan} measures it, {@link refine} improves the plans.
 *
 * Budgets that the new grid has no room for are left out.
 *
 * @throws FastFlowError `invalid-argument` when no budget is left, for what is no plan or no schedule, and for a plan that
 *   was read without the solver it names.
 */
export function transferPlan(plan: Plan, schedule: Schedule): Plan {
  checkFrontier('plan', plan)
  const { key, plans, joint } = plan.document
  const numSteps = numStepsOf(schedule)
  const { sigmas } = schedule
  const solver = solverOf(plan)
  const rule = priorRule(key.target, solver, key.basis.depth)
  const move = (entry: PlanEntry): PlanEntry => moveEntry(entry, key.schedule.sigmas, sigmas, rule)
  const moved = plans.filter(({ nfe }) => nfe < numSteps).map(move)
  if (moved.length === 0)
    throw invalidArgument('schedule', 'has fewer steps than the smallest plan has evaluations')
  const together = joint?.filter(({ nfe }) => nfe < numSteps).map(move)
  const document: PlanDocument = {
    ...plan.document,
    key: { ...key, schedule: { name: schedule.name, sigmas: sigmas.map((sigma) => compact(sigma)) } },
    floor: { fewerSteps: [], exact: [] },
    plans: moved,
    ...(together && { joint: together }),
  }
  return createFrontier(document, solver)
}

function moveEntry(
  entry: PlanEntry,
  before: readonly number[],
  sigmas: readonly number[],
  rule: Extrapolator,
): PlanEntry {
  const nodes = matchNodes(
    entry.nodes.map((node) => before[node]!),
    sigmas,
  )
  const { guidance, stateWeight: _, ...rest } = entry
  const steps = { nodes, weights: ruleWeights(nodes, sigmas, rule) }
  const unmeasured = { ...rest, ...steps, scores: [], scoredOn: [], quality: summarise([], 'none') }
  if (guidance === undefined) return unmeasured
  const guided = nodes.filter((_, m) => guidance.nodes.includes(entry.nodes[m]!))
  const weights = ruleWeights(nodes, sigmas, rule, guided)
  return { ...unmeasured, guidance: { nodes: guided, weights } }
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

/** Velocities that every rule uses. */
const used = 2

/** Weights that float32 cannot tell from none beside the largest one. */
const negligible = 1e-9

/** Weights of every jump by a rule, through the last of `evaluated` nodes; without old ones that weigh nothing. */
export function ruleWeights(
  nodes: readonly number[],
  sigmas: readonly number[],
  rule: Extrapolator,
  evaluated: readonly number[] = nodes,
): number[][] {
  return nodes.map((node, m) => {
    const seen = evaluated
      .filter((index) => index <= node)
      .slice(-rule.depth)
      .reverse()
    const row = [...ruleRow(rule, sigmas, seen, node, nodes[m + 1] ?? sigmas.length - 1)]
    const least = negligible * Math.max(...row.map(Math.abs))
    while (row.length > used && Math.abs(row.at(-1)!) <= least) row.pop()
    return row
  })
}
