import { shown } from '../check/shown.ts'
import { checkWhole, isSequence } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import { checkAsked, checkContext } from './check-asked.ts'
import type { SkipPolicy } from './policy.ts'

/**
 * Evaluates `nfe` grid points: index 0 and `nfe - 1` others drawn uniformly without replacement.
 *
 * The control at a fixed budget: what choosing the steps well is worth. Where the grid has fewer steps than `nfe`,
 * all of them are evaluated.
 *
 * @throws FastFlowError `invalid-argument` unless `nfe` is a whole number of at least 1.
 */
export function randomBudget(nfe: number): SkipPolicy<readonly number[]> {
  checkWhole('nfe', nfe, 1)
  return {
    version: 1,
    name: `random-${nfe}`,
    needs: [],
    depth: 0,
    init: (context) => {
      checkContext(context)
      const { numSteps, random } = context
      const indices = Array.from({ length: numSteps - 1 }, (_, k) => k + 1)
      const chosen = Math.min(nfe, numSteps) - 1
      for (let i = 0; i < chosen; i++) {
        const j = i + Math.floor(random() * (indices.length - i))
        ;[indices[i], indices[j]] = [indices[j]!, indices[i]!]
      }
      return [...indices.slice(0, chosen).sort((a, b) => a - b), numSteps]
    },
    decide: (state, landing, context) => {
      checkAsked(landing, context)
      const next = isSequence(state) ? state[landing.evaluations - 1] : undefined
      if (next === undefined)
        throw invalidArgument('state', `is ${shown(state)}; pass what init or decide returned`)
      return [{ landing: next }, state]
    },
    observe: (state) => state,
    finish: (state) => state,
  }
}
