import { checkAsked } from './check-asked.ts'
import { type SkipPolicy, stateless } from './policy.ts'

/** Evaluates every step: the baseline. NFE = T. */
export function fullPolicy(): SkipPolicy<undefined> {
  return {
    ...stateless,
    name: 'full',
    needs: [],
    decide: (state, landing, context) => {
      checkAsked(landing, context)
      return [{ landing: landing.index + 1 }, state]
    },
  }
}
