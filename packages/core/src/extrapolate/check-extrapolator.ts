import { checkMethods, checkWhole } from '../check/values.ts'

/** An extrapolator from outside. @throws FastFlowError `invalid-argument` saying what it lacks. */
export function checkExtrapolator(field: string, extrapolator: unknown): void {
  const { depth } = checkMethods(field, extrapolator, ['weights'], 'an Extrapolator, e.g. emulate(2)')
  checkWhole(`${field}.depth`, depth, 1)
}
