import type { Schedule } from '../../schedule/schedule.ts'
import type { PlanDocument, PlanEntry, PlanKey } from '../document/document.ts'
import { createFrontier, type Plan } from '../document/frontier.ts'
import { isSameGrid } from '../document/plan-policy.ts'
import { summarise } from '../document/quality.ts'
import { transferPlan } from './transfer.ts'

/** What a plan is tied to besides its grid. */
export type CarriedKey = Partial<Pick<PlanKey, 'model' | 'guidance' | 'guidanceInterval' | 'dims' | 'dtype'>>

/**
 * The same plans for another model, or another grid ({@link transferPlan}); nothing is known of their quality there. A key says all of
 * guidance: one without an interval means that it acts everywhere.
 */
export function carryPlan(plan: Plan, schedule: Schedule, key?: CarriedKey): Plan {
  const moved = isSameGrid(plan.document.key.schedule.sigmas, schedule.sigmas)
    ? plan
    : transferPlan(plan, schedule)
  const { plans, joint, ...rest } = moved.document
  const { guidanceInterval: _, ...elsewhere } = rest.key
  const document: PlanDocument = {
    ...rest,
    key: key === undefined ? rest.key : { ...elsewhere, ...key },
    floor: { fewerSteps: [], exact: [] },
    plans: plans.map(unmeasured),
    ...(joint && { joint: joint.map(unmeasured) }),
  }
  return createFrontier(document, plan.solver)
}

const unmeasured = (entry: PlanEntry): PlanEntry => ({
  ...entry,
  scores: [],
  scoredOn: [],
  quality: summarise([], 'none'),
})
