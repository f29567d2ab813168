import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/** A plan document among options, or none; what is in it is for its reader. @throws FastFlowError `invalid-argument`. */
export function checkPlanDocument(field: string, plan: unknown): void {
  if (plan === undefined) return
  if (!isRecord(plan))
    throw invalidArgument(field, `${shown(plan)} is not a plan document; pass plan.document`)
  if (typeof plan.at === 'function') throw invalidArgument(field, 'is a Frontier; pass plan.document')
}
