import type { OptionNames } from '../../check/options.ts'
import type { PlanKey } from './document.ts'

/** What a key may hold; keys are compared, so that a misspelt field would be one that is not. */
export const keyNames: OptionNames<PlanKey> = {
  model: true,
  schedule: true,
  guidance: true,
  guidanceInterval: true,
  dims: true,
  dtype: true,
  basis: true,
  target: true,
  solver: true,
}
