import { shown } from '../check/shown.ts'
import { invalidArgument } from '../errors.ts'
import { checkAsked, checkContext } from './check-asked.ts'
import { type SkipPolicy, stateless } from './policy.ts'

/**
 * Evaluates exactly the steps a decisions string marks, one letter a grid step: `S` is skipped, every other
 * letter (`C`, `G`, `R`) is evaluated. `stats.decisions` of a completed run replays that run, given the same extrapolator;
 * weights that a policy brought along are not in the letters.
 *
 * @throws FastFlowError `invalid-argument` for an unknown letter or a skipped first step, and, when the
 *   run starts, for a length other than the schedule's.
 */
export function replay(decisions: string): SkipPolicy<undefined> {
  checkLetters(decisions)
  if (decisions[0] === 'S' || decisions === '') {
    throw invalidArgument('decisions', 'the first step has to be evaluated (C)')
  }
  return {
    ...stateless,
    name: 'replay',
    needs: [],
    init: (context) => {
      checkContext(context)
      const { numSteps } = context
      if (decisions.length === numSteps) return
      throw invalidArgument('decisions', `has ${decisions.length} letters, the schedule ${numSteps} steps`)
    },
    decide: (state, landing, context) => {
      checkAsked(landing, context)
      let next = landing.index + 1
      while (decisions[next] === 'S') next++
      return [{ landing: next }, state]
    },
  }
}

/**
 * Policy from a step mask as other tools write it: 1 (or true) evaluates the step, 0 skips it.
 *
 * @throws FastFlowError `invalid-argument` for a mask of anything else or one that skips the first step.
 */
export function policyFromMask(mask: readonly (number | boolean)[]): SkipPolicy<undefined> {
  checkMask(mask)
  return replay(mask.map((step) => (step ? 'C' : 'S')).join(''))
}

/** The step mask of a decisions string: 1 evaluated, 0 skipped. @throws FastFlowError `invalid-argument` for other letters. */
export function maskFromDecisions(decisions: string): number[] {
  checkLetters(decisions)
  return [...decisions].map((letter) => (letter === 'S' ? 0 : 1))
}

function checkLetters(decisions: string): void {
  if (typeof decisions !== 'string')
    throw invalidArgument('decisions', `${shown(decisions)} is not a text of C and S`)
  const unknown = /[^CSGR]/.exec(decisions)
  if (unknown) throw invalidArgument('decisions', `unknown letter "${unknown[0]}" at step ${unknown.index}`)
}

/** @throws FastFlowError `invalid-argument` for what is not a list of 0, 1, true and false. */
export function checkMask(mask: readonly (number | boolean)[]): void {
  if (!Array.isArray(mask) || !mask.every((step) => [0, 1, true, false].includes(step)))
    throw invalidArgument('mask', `${shown(mask)} is not a list of 0 and 1, one for each step`)
}
