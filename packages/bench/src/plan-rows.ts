import {
  type CertificateCost,
  certificateCost,
  decisionsOf,
  type Plan,
  type PlanEntry,
  passesOf,
} from '@fastflow/core'
import { checkFrontier } from '@fastflow/core/backend'

/** What a plan does, for tables. */
export type PlanRow = Pick<PlanEntry, 'budget' | 'nfe' | 'quality'> & {
  /** A letter a step: C evaluated, G with the conditional pass alone, S skipped. */
  readonly decisions: string
}

/** The plans of a frontier as plain data; joint plans have their budgets in passes. @throws FastFlowError `invalid-argument`. */
export function planRows(frontier: Plan): {
  readonly plans: readonly PlanRow[]
  readonly joint?: readonly (PlanRow & { readonly passes: number })[]
} {
  checkFrontier('frontier', frontier)
  const { plans, joint, key } = frontier.document
  const numSteps = key.schedule.sigmas.length - 1
  const row = (entry: PlanEntry): PlanRow => {
    const { budget, nfe, quality } = entry
    return { budget, nfe, decisions: decisionsOf(entry, numSteps), quality }
  }
  return {
    plans: plans.map(row),
    ...(joint && { joint: joint.map((entry) => ({ ...row(entry), passes: passesOf(entry) })) }),
  }
}

/**
 * Held-out runs behind every plan, the highest confidence they certify, and what the usual one still takes.
 *
 * @throws FastFlowError `invalid-argument` for what is no frontier.
 */
export function certificateOf(frontier: Plan): {
  readonly runs: number
  readonly upTo: number
  readonly missing: CertificateCost
} {
  checkFrontier('frontier', frontier)
  const { plans, joint = [] } = frontier.document
  const runs = Math.min(...[...plans, ...joint].map(({ scoredOn }) => scoredOn.length))
  return { runs, upTo: runs / (runs + 1), missing: certificateCost(frontier) }
}
