import { checkOutcome } from './check-asked.ts'
import { checkPolicy } from './check-policy.ts'
import type { SkipPolicy } from './policy.ts'

/**
 * The same policy, learning switched off: at the end of a run it knows what it knew at the start.
 *
 * @throws FastFlowError `invalid-argument` for what is no policy.
 */
export function frozen<State>(policy: SkipPolicy<State>): SkipPolicy<State> {
  checkPolicy('policy', policy)
  return {
    ...policy,
    name: `${policy.name}-frozen`,
    observe: (state) => state,
    // An outcome that does not count, so that the policy clears what it remembers of this run alone.
    finish: (state, outcome) => {
      checkOutcome(outcome)
      return policy.finish(state, { completed: false, nfe: outcome.nfe })
    },
  }
}
