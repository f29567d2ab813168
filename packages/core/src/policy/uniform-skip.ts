import { checkWhole } from '../check/values.ts'
import { checkAsked } from './check-asked.ts'
import { type SkipPolicy, stateless } from './policy.ts'

/**
 * Spreads `nfe` evaluations evenly over the grid: evaluates indices `round(i T / nfe)`, i = 0 ... nfe - 1.
 *
 * Where the grid has fewer steps than `nfe`, all of them are evaluated.
 *
 * @throws FastFlowError `invalid-argument` unless `nfe` is a whole number of at least 1.
 */
export function uniformSkip(nfe: number): SkipPolicy<undefined> {
  checkWhole('nfe', nfe, 1)
  return {
    ...stateless,
    name: `uniform-${nfe}`,
    needs: [],
    decide: (state, landing, context) => {
      checkAsked(landing, context)
      const { numSteps } = context
      const budget = Math.min(nfe, numSteps)
      return [{ landing: Math.round((landing.evaluations * numSteps) / budget) }, state]
    },
  }
}
