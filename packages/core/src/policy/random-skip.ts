import { shown } from '../check/shown.ts'
import { invalidArgument } from '../errors.ts'
import { checkAsked } from './check-asked.ts'
import { type SkipPolicy, stateless } from './policy.ts'

/**
 * Skips a number of steps drawn uniformly from `arms`: the control any learned policy has to beat.
 *
 * @throws FastFlowError `invalid-argument` for arms that are not whole numbers of at least 0.
 */
export function randomSkip(arms: readonly number[]): SkipPolicy<undefined> {
  if (!Array.isArray(arms) || arms.length === 0 || !arms.every((arm) => Number.isInteger(arm) && arm >= 0)) {
    throw invalidArgument(
      'arms',
      `${shown(arms)} is not a list of skip lengths (whole numbers of at least 0)`,
    )
  }
  return {
    ...stateless,
    name: 'random',
    needs: [],
    decide: (state, landing, context) => {
      checkAsked(landing, context)
      const { numSteps, random } = context
      const arm = arms[Math.floor(random() * arms.length)]!
      return [{ landing: Math.min(landing.index + 1 + arm, numSteps) }, state]
    },
  }
}
