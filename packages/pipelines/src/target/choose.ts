import { drawArm } from '@fastflow/bandits'
import { invalidArgument, isRecord } from '@fastflow/core'
import { checkFunction, checkMethods, checkNumbers, checkWhole, shown } from '@fastflow/core/backend'
import { type Certificate, certify } from './certify.ts'
import { checkTargetState, checkTerms } from './check-terms.ts'
import { armsNear } from './conservative.ts'
import { withLandings } from './early.ts'
import type { TargetAcceleration } from './options.ts'
import type { ChoiceRecord } from './record.ts'
import type { TargetState, Terms } from './terms.ts'

/** Share of requests that `canary` serves by its choice. */
const CANARY = 0.1

type Mode = NonNullable<TargetAcceleration['mode']>

/** Which of these options decide what is served. */
export type ChoosingOptions = Pick<TargetAcceleration, 'choose' | 'mode' | 'conservative'>

/** What to serve, as far as that is decided, and what the policy would have. */
export interface Route {
  readonly arm: number
  /** Of all choices so far. */
  readonly propensity: number
  readonly choices: readonly ChoiceRecord[]
  /** What is compared with the full run where the full run is served and this request is measured. */
  readonly candidate: number
}

/** What is certified now. */
export function certificateOf(state: TargetState, terms: Terms): Certificate {
  checkTargetState(state)
  checkTerms(terms)
  const { goal, arms, table } = terms
  const trusted = state.alarm === null ? table : undefined
  const certificate = certify(goal, arms.slice(0, -1), { table: trusted, online: state.online })
  if (state.alarm === null || certificate.arm !== undefined) return certificate
  return {
    ...certificate,
    reason: `the landings stopped looking like those measured (request ${state.alarm}): the model or what it is asked for has changed`,
  }
}

/** Whether a bandit chooses: not after an alarm, when what it learned is of another model. */
export function isLearned(state: TargetState, { choose }: ChoosingOptions): boolean {
  return choose === 'learned' && state.alarm === null
}

/** Decides one request, or with which plans it begins where several begin alike. */
export function choose(
  state: TargetState,
  terms: Terms,
  certificate: Certificate,
  context: readonly number[],
  options: ChoosingOptions,
  random: () => number,
): Route {
  checkTargetState(state)
  checkTerms(terms)
  checkMethods('certificate', certificate, [], 'what certify returned')
  checkNumbers('context', context, 'numbers, as contextOf makes it')
  const { mode = 'on' } = checkMethods(
    'options',
    options,
    [],
    '{ choose, mode, conservative }',
  ) as ChoosingOptions
  checkFunction('random', random, 'createRandom(seed).next')
  const full = terms.arms.length - 1
  const all = [...terms.arms.keys()]
  const { wishes, open } = wishesOf(state, terms, certificate.arm ?? full, context, options)
  const probabilities = wishes.map((p, arm) => served(mode, p, arm === full))
  const { arm } = drawArm(probabilities, random)
  const taken = alike(terms, arm, 2, open)
  // Where the full run is served, the plan with the best prospects is the one to measure.
  const likeliest = wishes.indexOf(Math.max(...wishes.slice(0, full)))
  const candidate = wishes[likeliest]! > 0 ? likeliest : full - 1
  return {
    arm,
    propensity: sumOf(probabilities, taken),
    choices: [{ context, among: all, taken }],
    candidate,
  }
}

/**
 * Chooses again among the plans that have gone the same way so far, where they part: once the landings since are known.
 *
 * @param evaluations made so far.
 * @param landings of this request so far.
 */
export function goOn(
  route: Route,
  state: TargetState,
  all: Terms,
  evaluations: number,
  landings: readonly number[],
  random: () => number,
): Route {
  checkTargetState(state)
  checkTerms(all)
  checkNumbers('landings', landings, 'numbers')
  checkFunction('random', random, 'createRandom(seed).next')
  const { learner, ...terms } = all
  const { choices } = checkRoute(route)
  checkWhole('evaluations', evaluations, 0)
  const among = choices.at(-1)!.taken
  if (alike(terms, route.arm, evaluations + 1, among).length === among.length) return route
  const context = withLandings(choices[0]!.context, terms.table, route.arm, landings)
  const probabilities = learner.probabilities(state.learner, context, among)
  const { arm } = drawArm(probabilities, random)
  const taken = alike(terms, arm, evaluations + 1, among)
  return {
    ...route,
    arm,
    propensity: route.propensity * sumOf(probabilities, taken),
    choices: [...choices, { context, among, taken }],
  }
}

/** Those of some arms that have the first `evaluations` in common with this one. */
function alike(
  { shared }: Pick<Terms, 'shared'>,
  arm: number,
  evaluations: number,
  among: readonly number[],
): readonly number[] {
  const found = among.filter((other) => other === arm || shared[arm]![other]! >= evaluations)
  return found.includes(arm) ? found : [arm]
}

/** Probability of every arm if it were for the method of choosing alone, and the arms that may still be changed to later. */
function wishesOf(
  state: TargetState,
  terms: Terms,
  certified: number,
  context: readonly number[],
  options: ChoosingOptions,
): { readonly wishes: readonly number[]; readonly open: readonly number[] } {
  const { arms, learner } = terms
  const all = [...arms.keys()]
  if (!isLearned(state, options)) return { wishes: all.map((arm) => (arm === certified ? 1 : 0)), open: [] }
  const wishes = learner.probabilities(state.learner, context, all)
  if (options.conservative === undefined) return { wishes, open: all }
  const near = armsNear(state, terms, certified, options.conservative)
  const refused = 1 - sumOf(wishes, near)
  const kept = (arm: number): number => (near.includes(arm) ? wishes[arm]! : 0)
  return { wishes: all.map((arm) => kept(arm) + (arm === certified ? refused : 0)), open: near }
}

/** Probability that an arm is served which is wished for with probability `p`. */
function served(mode: Mode, p: number, isFull: boolean): number {
  if (mode === 'on') return p
  if (mode === 'shadow') return isFull ? 1 : 0
  return CANARY * p + (isFull ? 1 - CANARY : 0)
}

function sumOf(probabilities: readonly number[], arms: readonly number[]): number {
  return arms.reduce((sum, arm) => sum + probabilities[arm]!, 0)
}

function checkRoute(route: Route): Route {
  if (isRecord(route) && Array.isArray(route.choices) && route.choices.length > 0) return route
  throw invalidArgument('route', `${shown(route)} is not what chooseArm returned`)
}
