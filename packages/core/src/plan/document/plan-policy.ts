import { shown } from '../../check/shown.ts'
import { FastFlowError, invalidArgument } from '../../errors.ts'
import { isRecord } from '../../json/json.ts'
import { checkAsked, checkContext } from '../../policy/check-asked.ts'
import { type Decision, type SkipPolicy, stateless } from '../../policy/policy.ts'
import { checkNumSteps, checkSchedule, createSchedule } from '../../schedule/schedule.ts'
import { checkNodes, checkSteps } from './check-steps.ts'
import type { PlanKey } from './document.ts'
import { guidanceActs, takesBothPasses } from './guidance-interval.ts'
import type { PlannedGuidance, PlannedSteps } from './planned-steps.ts'

/**
 * Network passes of a plan on a guided model.
 *
 * @param key where guidance acts and its scale; without one everywhere.
 * @throws FastFlowError `invalid-argument` for what is no planned run.
 */
export function passesOf(
  steps: Pick<PlannedSteps, 'nodes' | 'guidance'>,
  key?: Pick<PlanKey, 'schedule' | 'guidance' | 'guidanceInterval'>,
): number {
  checkNodes(steps)
  checkKey(key)
  const { nodes, guidance } = steps
  if (!takesBothPasses(key?.guidance)) return nodes.length
  const acting = (guidance?.nodes ?? nodes).filter((node) =>
    guidanceActs(key?.guidanceInterval, key?.schedule.sigmas[node] ?? 0),
  )
  return nodes.length + acting.length
}

/**
 * Follows a plan: evaluates its nodes and jumps by its weights. NFE = number of nodes.
 *
 * @throws FastFlowError `invalid-argument` for what is no grid or no planned run, `policy-mismatch` when a run on another grid
 *   starts; `invalid-argument` when the plan has weights for the guidance term and the velocity does not hand it back.
 */
export function planPolicy(sigmas: readonly number[], steps: PlannedSteps): SkipPolicy<undefined> {
  createSchedule('plan', sigmas)
  checkSteps(steps, sigmas.length - 1)
  const { nodes, guidance } = steps
  const decisions = jumpsOf(steps, sigmas.length - 1)
  const longest = (rows: readonly (readonly number[])[]): number => Math.max(...rows.map((row) => row.length))
  return {
    ...stateless,
    name: `plan-${nodes.length}`,
    needs: [],
    depth: longest(decisions.map(({ weights = [] }) => weights)),
    guidanceDepth: guidance ? longest(decisions.map(({ guidanceWeights = [] }) => guidanceWeights)) : 0,
    init: (context) => {
      checkContext(context)
      return checkSameGrid(sigmas, context.sigmas)
    },
    decide: (state, landing, context) => {
      checkAsked(landing, context)
      const decision = decisions[landing.evaluations - 1]
      if (decision !== undefined) return [decision, state]
      throw invalidArgument(
        'landing',
        `is of evaluation ${landing.evaluations}, the plan has ${nodes.length}`,
      )
    },
  }
}

/**
 * One letter a grid step: C evaluated, G evaluated under the condition alone, S skipped.
 *
 * @throws FastFlowError `invalid-argument` for what is no planned run of so many steps.
 */
export function decisionsOf(steps: PlannedSteps, numSteps: number): string {
  checkNodes(steps, checkNumSteps(numSteps))
  const { nodes, guidance } = steps
  const both = guidance?.nodes ?? nodes
  const letter = (k: number): string => (both.includes(k) ? 'C' : nodes.includes(k) ? 'G' : 'S')
  return Array.from({ length: numSteps }, (_, k) => letter(k)).join('')
}

function checkKey(key: Parameters<typeof passesOf>[1]): void {
  if (key === undefined) return
  if (!isRecord(key))
    throw invalidArgument('key', `${shown(key)} is not the key of a plan; pass plan.document.key`)
  checkSchedule(key.schedule)
}

function jumpsOf({ nodes, weights, stateWeight, guidance }: PlannedSteps, numSteps: number): Decision[] {
  const both = new Set(guidance?.nodes ?? nodes)
  return nodes.map((_, m) => {
    const landing = nodes[m + 1] ?? numSteps
    const scaling = landing === numSteps && stateWeight !== undefined && { stateWeight }
    const jump = { landing, weights: weights[m]!, ...scaling }
    if (guidance === undefined) return jump
    const branch = landing === numSteps || both.has(landing) ? 'both' : 'conditional'
    return { ...jump, guidanceWeights: storedWeights(nodes, weights[m]!, guidance, m), branch }
  })
}

/**
 * Weights of the guidance terms beside stored velocities, which contain them: with `v = c + g`,
 * `w c + u g = w v + (u - w) g`.
 */
function storedWeights(
  nodes: readonly number[],
  weights: readonly number[],
  guidance: PlannedGuidance,
  m: number,
): number[] {
  const seen = guidance.nodes.filter((node) => node <= nodes[m]!).reverse()
  const stored = [...guidance.weights[m]!]
  for (const [age, weight] of weights.entries()) {
    const at = seen.indexOf(nodes[m - age]!)
    if (at < 0) continue
    while (stored.length <= at) stored.push(0)
    stored[at]! -= weight
  }
  return stored
}

/** @throws FastFlowError `policy-mismatch` naming the first difference. */
export function checkSameGrid(planned: readonly number[], actual: readonly number[]): undefined {
  if (planned.length !== actual.length) {
    throw mismatch(
      `was planned for ${planned.length - 1} steps, this run has ${actual.length - 1}; use transferPlan`,
    )
  }
  const different = differenceOf(planned, actual)
  if (different < 0) return undefined
  throw mismatch(
    `sigma ${different} is ${planned[different]} in the plan and ${actual[different]} in this run; use transferPlan`,
  )
}

/** Whether weights planned on one grid hold on the other. */
export function isSameGrid(planned: readonly number[], actual: readonly number[]): boolean {
  return planned.length === actual.length && differenceOf(planned, actual) < 0
}

/** First noise level that differs by more than documents round, or -1. */
function differenceOf(planned: readonly number[], actual: readonly number[]): number {
  return planned.findIndex((sigma, k) => Math.abs(sigma - actual[k]!) > 1e-6)
}

function mismatch(message: string): FastFlowError {
  return new FastFlowError({
    code: 'policy-mismatch',
    field: 'schedule.sigmas',
    message: `schedule.sigmas: ${message}`,
  })
}
