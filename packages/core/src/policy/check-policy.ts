import { shown } from '../check/shown.ts'
import { checkMethods, checkWhole } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import { checkSolver } from '../solver/check-solver.ts'
import type { LandingMeasure } from './policy.ts'

const measures: Readonly<Record<LandingMeasure, true>> = {
  mismatch: true,
  relativeChange: true,
  velocityProducts: true,
  stateProducts: true,
}

/** A policy from outside. @throws FastFlowError `invalid-argument` saying what to pass instead. */
export function checkPolicy(field: string, policy: unknown): void {
  if (isRecord(policy) && typeof policy.at === 'function')
    throw invalidArgument(
      field,
      'is a Frontier, the plans of all budgets; pass one of them, e.g. plan.at(10)',
    )
  if (isRecord(policy) && policy.format === 'fastflow-plan')
    throw invalidArgument(field, 'is a plan document; pass a policy of it, e.g. parsePlan(document).at(10)')
  const wanted = 'a SkipPolicy, e.g. uniformSkip(10)'
  const { needs, depth, solver } = checkMethods(
    field,
    policy,
    ['init', 'decide', 'observe', 'finish'],
    wanted,
  )
  if (!Array.isArray(needs))
    throw invalidArgument(`${String(field)}.needs`, `${shown(needs)} is not a list; pass ${wanted}`)
  const unknown = needs.find((need) => !Object.hasOwn(measures, need))
  if (unknown !== undefined) {
    const available = Object.keys(measures).join(', ')
    throw invalidArgument(
      `${String(field)}.needs`,
      `${shown(unknown)} is not measured; available: ${available}`,
    )
  }
  checkWhole(`${String(field)}.depth`, depth, 0)
  if (solver !== undefined) checkSolver(`${String(field)}.solver`, solver)
}
