import { shown } from '../check/shown.ts'
import { isSequence } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import { isRecord } from '../json/json.ts'
import { MAX_STEPS } from '../schedule/schedule.ts'
import type { Feedback, Landing, LandingMeasure, Outcome, PolicyContext } from './policy.ts'

// What the methods of policies are called with, by samplers and studies of others too. A policy decides at every evaluation:
// nothing here allocates, or looks at more than a few products.

/** What is known before the first step. @throws FastFlowError `invalid-argument`. */
export function checkContext(context: PolicyContext): void {
  if (
    isRecord(context) &&
    isSequence(context.sigmas) &&
    isBelow(context.numSteps, 1, MAX_STEPS + 1) &&
    typeof context.random === 'function'
  )
    return
  throw invalidArgument('context', `is ${shown(context)}; pass { sigmas, numSteps, random } of a run`)
}

/**
 * What `decide` is called with.
 *
 * @param needs inner products that the policy cannot do without.
 * @throws FastFlowError `invalid-argument`.
 */
export function checkAsked(
  landing: Landing,
  context: PolicyContext,
  needs: readonly LandingMeasure[] = none,
): void {
  checkContext(context)
  const { numSteps, sigmas } = context
  if (sigmas.length !== numSteps + 1)
    throw invalidArgument('context', `has ${sigmas.length} sigmas for ${numSteps} steps; pass that of a run`)
  if (
    !isRecord(landing) ||
    !isBelow(landing.index, 0, numSteps) ||
    !isBelow(landing.evaluations, 1, Number.MAX_SAFE_INTEGER)
  )
    throw invalidArgument('landing', `is ${shown(landing)}; pass { index, sigma, evaluations } of a run`)
  const { velocityProducts, stateProducts } = landing
  const needed = needs.includes('velocityProducts')
  // A policy that looks back at no velocity is told of the products of none.
  const missing = velocityProducts === undefined || velocityProducts.length === 0
  if (missing ? needed : !isSquare(velocityProducts))
    throw invalidArgument('landing.velocityProducts', `is ${shown(velocityProducts)}; pass rows of products`)
  if (stateProducts === undefined ? needs.includes('stateProducts') : !isSequence(stateProducts))
    throw invalidArgument('landing.stateProducts', `is ${shown(stateProducts)}; pass a list of products`)
}

const none: readonly LandingMeasure[] = []

/** What came of a decision. @throws FastFlowError `invalid-argument`. */
export function checkFeedback(feedback: Feedback): void {
  if (isRecord(feedback) && typeof feedback.from === 'number' && typeof feedback.mismatch === 'number') return
  throw invalidArgument('feedback', `is ${shown(feedback)}; pass { from, to, skipped, mismatch }`)
}

/** How a run ended. @throws FastFlowError `invalid-argument`. */
export function checkOutcome(outcome: Outcome): void {
  if (isRecord(outcome) && typeof outcome.completed === 'boolean') return
  throw invalidArgument('outcome', `is ${shown(outcome)}; pass { completed, nfe }`)
}

function isBelow(value: number, least: number, end: number): boolean {
  return Number.isInteger(value) && value >= least && value < end
}

function isSquare(products: unknown): boolean {
  if (!isSequence(products)) return false
  for (let k = 0; k < products.length; k++) {
    const row = products[k]
    if (!isSequence(row) || row.length < products.length) return false
  }
  return true
}
