import { shown } from '../../check/shown.ts'
import { invalidArgument } from '../../errors.ts'
import { isRecord } from '../../json/json.ts'

/** Plans from outside. @throws FastFlowError `invalid-argument` saying what to pass instead. */
export function checkFrontier(field: string, plan: unknown): void {
  if (isRecord(plan) && isRecord(plan.document) && typeof plan.at === 'function') return
  if (isRecord(plan) && plan.format === 'fastflow-plan')
    throw invalidArgument(field, 'is a plan document; pass parsePlan(document)')
  throw invalidArgument(field, `${shown(plan)} is not a plan; pass what calibrate or parsePlan returned`)
}
