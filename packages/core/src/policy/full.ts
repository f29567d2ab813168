import { checkSolver } from '../solver/check-solver.ts'
import type { Solver } from '../solver/solver.ts'
import { checkAsked } from './check-asked.ts'
import { type SkipPolicy, stateless } from './policy.ts'

/**
 * Evaluates every step: the baseline. NFE = T, unless the solver evaluates more often.
 *
 * @param solver takes the steps; by default the sampler's extrapolator does, which makes it Euler.
 * @throws FastFlowError `invalid-argument` for what is no solver.
 */
export function fullPolicy(solver?: Solver): SkipPolicy<undefined> {
  if (solver !== undefined) checkSolver('solver', solver)
  return {
    ...stateless,
    name: solver === undefined ? 'full' : `full ${solver.name}`,
    ...(solver && { solver }),
    needs: [],
    decide: (state, landing, context) => {
      checkAsked(landing, context)
      return [{ landing: landing.index + 1 }, state]
    },
  }
}
