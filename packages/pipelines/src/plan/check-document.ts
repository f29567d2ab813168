import { invalidArgument, isRecord } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/**
 * A plan among options, in any form that `parsePlan` reads, or none; what is in it is for its reader.
 *
 * @throws FastFlowError `invalid-argument`.
 */
export function checkPlanDocument(field: string, plan: unknown): void {
  if (plan === undefined || typeof plan === 'string' || isRecord(plan)) return
  const wanted = 'what calibrate or parsePlan returned, its document, or the text of its file'
  throw invalidArgument(field, `${shown(plan)} is not a plan; pass ${wanted}`)
}
