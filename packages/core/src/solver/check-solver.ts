import { checkMethods, checkText, checkWhole } from '../check/values.ts'
import { checkExtrapolator } from '../extrapolate/check-extrapolator.ts'
import { isRecord } from '../json/json.ts'
import type { Solver } from './solver.ts'

const wanted = 'a Solver, e.g. adamsBashforth(2)'

/** A solver from outside. @throws FastFlowError `invalid-argument` saying what it lacks. */
export function checkSolver(field: string, solver: unknown): Solver {
  if (isRecord(solver) && 'rule' in solver) checkExtrapolator(`${field}.rule`, solver.rule)
  else checkWhole(`${field}.scratch`, checkMethods(field, solver, ['step'], wanted).scratch, 0)
  return solver as Solver
}

/** The same, of one that plans are made for: they are told apart by its name. */
export function checkNamedSolver(field: string, solver: unknown): Solver {
  const checked = checkSolver(field, solver)
  checkText(`${field}.name`, checked.name, 'what plans are to call the solver, options included')
  return checked
}
