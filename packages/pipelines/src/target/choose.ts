import { drawArm } from '@fastflow/bandits'
import { type Certificate, certify } from './certify.ts'
import { stayNear } from './conservative.ts'
import type { TargetAcceleration } from './options.ts'
import type { TargetState, Terms } from './state.ts'

/** Share of requests that `canary` serves by its choice. */
const CANARY = 0.1

type Mode = NonNullable<TargetAcceleration['mode']>

/** What to serve, and what the policy would have. */
export interface Choice {
  readonly arm: number
  readonly propensity: number
  /** What is compared with the full run where this request is measured; the full run itself never is. */
  readonly candidate: number
}

/** What is certified now. */
export function certificateOf(state: TargetState, { goal, arms, table }: Terms): Certificate {
  const trusted = state.alarm === null ? table : undefined
  const certificate = certify(goal, arms.slice(0, -1), { table: trusted, online: state.online })
  if (state.alarm === null || certificate.arm !== undefined) return certificate
  return {
    ...certificate,
    reason: `the landings stopped looking like those measured (request ${state.alarm}): the model or what it is asked for has changed`,
  }
}

/** Decides one request. */
export function choose(
  state: TargetState,
  terms: Terms,
  certificate: Certificate,
  context: readonly number[],
  options: Pick<TargetAcceleration, 'choose' | 'mode' | 'conservative'>,
  random: () => number,
): Choice {
  const { mode = 'on' } = options
  const full = terms.arms.length - 1
  const wishes = wishesOf(state, terms, certificate.arm ?? full, context, options)
  const probabilities = wishes.map((p, arm) => served(mode, p, arm === full))
  const { arm } = drawArm(probabilities, random)
  // Where the full run is served, the plan with the best prospects is the one to measure.
  const likeliest = wishes.indexOf(Math.max(...wishes.slice(0, full)))
  const plan = wishes[likeliest]! > 0 ? likeliest : full - 1
  return { arm, propensity: probabilities[arm]!, candidate: arm === full ? plan : arm }
}

/** Probability of every arm if it were for the method of choosing alone. */
function wishesOf(
  state: TargetState,
  terms: Terms,
  certified: number,
  context: readonly number[],
  { choose: how = 'certified', conservative }: Pick<TargetAcceleration, 'choose' | 'conservative'>,
): readonly number[] {
  const { arms, learner } = terms
  if (how === 'certified' || state.alarm !== null) return arms.map((_, arm) => (arm === certified ? 1 : 0))
  const probabilities = learner.probabilities(state.learner, context, [...arms.keys()])
  return conservative === undefined
    ? probabilities
    : stayNear(probabilities, state, terms, certified, conservative)
}

/** Probability that an arm is served which is wished for with probability `p`. */
function served(mode: Mode, p: number, isFull: boolean): number {
  if (mode === 'on') return p
  if (mode === 'shadow') return isFull ? 1 : 0
  return CANARY * p + (isFull ? 1 - CANARY : 0)
}
