import { invalidArgument } from '@fastflow/core'

/** @throws FastFlowError `invalid-argument` unless `value` is a whole number of at least `least`. */
export function checkWhole(field: string, value: number, least: number): number {
  if (Number.isInteger(value) && value >= least) return value
  throw invalidArgument(field, `${value} is not a whole number of at least ${least}`)
}

/** @throws FastFlowError `invalid-argument` unless `value` is a number of at least `least`. */
export function checkAtLeast(field: string, value: number, least: number): number {
  if (value >= least) return value
  throw invalidArgument(field, `${value} is not a number of at least ${least}`)
}
