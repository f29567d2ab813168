import { FastFlowError } from '../errors.ts'
import { type SkipPolicy, stateless } from '../policy/policy.ts'

/** One planned run: where to evaluate and how to jump. */
export interface PlannedSteps {
  /** Evaluated grid indices, the first one 0. */
  readonly nodes: readonly number[]
  /** Weights of the jump from each node, newest velocity first. */
  readonly weights: readonly (readonly number[])[]
}

/**
 * Follows a plan: evaluates its nodes and jumps by its weights. NFE = number of nodes.
 *
 * @throws FastFlowError `policy-mismatch` when a run on another grid starts.
 */
export function planPolicy(
  sigmas: readonly number[],
  { nodes, weights }: PlannedSteps,
): SkipPolicy<undefined> {
  const numSteps = sigmas.length - 1
  return {
    ...stateless,
    name: `plan-${nodes.length}`,
    needs: [],
    depth: Math.max(...weights.map((row) => row.length)),
    init: (context) => checkSameGrid(sigmas, context.sigmas),
    decide: (state, landing) => {
      const position = landing.evaluations - 1
      return [{ landing: nodes[position + 1] ?? numSteps, weights: weights[position]! }, state]
    },
  }
}

/** @throws FastFlowError `policy-mismatch` naming the first difference. */
export function checkSameGrid(planned: readonly number[], actual: readonly number[]): undefined {
  if (planned.length !== actual.length) {
    throw mismatch(
      `was planned for ${planned.length - 1} steps, this run has ${actual.length - 1}; use transferPlan`,
    )
  }
  const different = planned.findIndex((sigma, k) => Math.abs(sigma - actual[k]!) > 1e-6)
  if (different < 0) return undefined
  throw mismatch(
    `sigma ${different} is ${planned[different]} in the plan and ${actual[different]} in this run; use transferPlan`,
  )
}

function mismatch(message: string): FastFlowError {
  return new FastFlowError({
    code: 'policy-mismatch',
    field: 'schedule.sigmas',
    message: `schedule.sigmas: ${message}`,
  })
}
