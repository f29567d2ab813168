import type { Random, RewardRange, Selection } from './bandit.ts'
import { ANY_REWARD, checkArm, checkList, checkNumber, checkRandom } from './check.ts'
import { drawArm } from './choice.ts'
import { choleskySolve, dot } from './cholesky.ts'
import { BanditError } from './errors.ts'
import {
  checkContext,
  checkLinear,
  emptyRow,
  initLinear,
  type LinearInitOptions,
  type LinearRow,
  type LinearState,
  mergeLinear,
  parseLinear,
  sizeOf,
} from './linear-state.ts'
import type { Names } from './names.ts'
import { checkObservation, observationNames } from './observation.ts'
import { ownRow, type Sound, withRow } from './state.ts'

/** The outcome of one pull in a context. */
export interface ContextualObservation {
  readonly arm: number
  /** The context that `select` was given: numbers of at most 1e50 in size. */
  readonly context: ArrayLike<number>
  /** A missing reward means no update, never zero: do not call `update` then. */
  readonly reward: number
  readonly propensity?: number | undefined
  readonly worker?: string
}

const contextualNames: Names<ContextualObservation> = { ...observationNames, context: true }

/** What is expected of one arm in a context. */
export interface Forecast {
  /** `theta . x` */
  readonly mean: number
  /** `sqrt(x^T A^-1 x)`: how little is known in this direction, 0 for everything. */
  readonly width: number
}

/** A bandit that sees a context before it chooses. Pure, like {@link Bandit}; states merge the same way. */
export interface ContextualBandit {
  readonly name: string
  readonly version: 1
  /** What `update` takes: any scale, which ends at 2^300 in size. */
  readonly rewards: RewardRange
  /** An empty state. @throws BanditError naming the field. */
  init(options: LinearInitOptions): LinearState
  /** Chooses an arm. Cost: O(arms dimension^3). @throws BanditError for a bad context. */
  select(state: LinearState, context: ArrayLike<number>, random: Random): Selection
  /**
   * Probability that `select` takes each arm; with `among`, that it would if there were no other arms.
   *
   * @throws BanditError for a bad context or an unknown arm.
   */
  distribution(state: LinearState, context: ArrayLike<number>, among?: readonly number[]): number[]
  /** What every arm is expected to bring in `context`. @throws BanditError for a bad context. */
  forecast(state: LinearState, context: ArrayLike<number>): Forecast[]
  /** Learns from one outcome. @throws BanditError naming the field. */
  update(state: LinearState, observed: ContextualObservation): LinearState
  /** For each worker the row with more pulls. @throws BanditError when kinds, sizes or priors differ. */
  merge(a: LinearState, b: LinearState): LinearState
  /** Checks a document that came from outside, as `JSON.parse` gives it. @throws BanditError naming the field. */
  parse(document: unknown): LinearState
}

/** What distinguishes one linear bandit from another. */
export interface LinearRules {
  readonly name: string
  readonly ridge: number
  /** Probability of each of the arms of these forecasts; sums to 1. */
  distribution(forecasts: readonly Forecast[]): number[]
}

/**
 * A bandit with one ridge regression per arm: `A = (ridge + prior weight) I + sum x x^T`,
 * `theta = A^-1 (prior weight theta_0 + sum reward x)`.
 */
export function linearBandit(rules: LinearRules): ContextualBandit {
  const { name } = rules
  const ridge = checkNumber('ridge', rules.ridge, { low: 1e-9, high: 1e9 })
  const sound: Sound = new WeakMap()
  const forecast = (state: LinearState, given: ArrayLike<number>): Forecast[] => {
    checkLinear(name, sound, state)
    const context = checkContext(given, state.dimension)
    return Array.from({ length: state.arms }, (_, arm) => forecastArm(state, arm, context, ridge))
  }
  const distribution: ContextualBandit['distribution'] = (state, context, among) => {
    const forecasts = forecast(state, context)
    if (among === undefined) return rules.distribution(forecasts)
    const open = [...new Set(checkList('among', among).map((arm) => checkArm(arm, state.arms)))]
    if (open.length === 0) throw new BanditError('among', 'has no arm; leave it out for all')
    const chances = rules.distribution(open.map((arm) => forecasts[arm]!))
    return forecasts.map((_, arm) => chances[open.indexOf(arm)] ?? 0)
  }
  return {
    name,
    version: 1,
    rewards: ANY_REWARD,
    init: (options) => initLinear(name, options),
    forecast,
    distribution,
    select(state, context, random) {
      checkRandom(random)
      return drawArm(distribution(state, context), random)
    },
    update(state, observed) {
      checkLinear(name, sound, state)
      const { arm, reward, worker } = checkObservation(observed, state.arms, ANY_REWARD, contextualNames)
      const context = checkContext(observed.context, state.dimension)
      const row = ownRow(state, worker) ?? emptyRow(state)
      return withRow(sound, sizeOf(state), state, worker, addOutcome(row, arm, context, reward))
    },
    merge: (a, b) => mergeLinear(name, sound, a, b),
    parse: (document) => parseLinear(name, document),
  }
}

function addOutcome(row: LinearRow, arm: number, x: readonly number[], reward: number): LinearRow {
  const at = <V>(list: readonly V[], change: (value: V) => V): V[] =>
    list.map((value, i) => (i === arm ? change(value) : value))
  const size = x.length
  return {
    pulls: at(row.pulls, (n) => n + 1),
    grams: at(row.grams, (gram) => gram.map((g, i) => g + x[Math.floor(i / size)]! * x[i % size]!)),
    moments: at(row.moments, (moment) => moment.map((m, i) => m + reward * x[i]!)),
  }
}

function forecastArm(state: LinearState, arm: number, x: readonly number[], ridge: number): Forecast {
  const size = state.dimension
  const prior = state.prior?.[arm]
  const matrix = new Float64Array(size * size)
  const towards = Float64Array.from({ length: size }, (_, i) =>
    prior ? prior.weight * prior.coefficients[i]! : 0,
  )
  for (let i = 0; i < size; i++) matrix[i * size + i] = ridge + (prior?.weight ?? 0)
  for (const row of Object.values(state.rows)) {
    for (let i = 0; i < matrix.length; i++) matrix[i]! += row.grams[arm]![i]!
    for (let i = 0; i < size; i++) towards[i]! += row.moments[arm]![i]!
  }
  const direction = choleskySolve(matrix, x)
  const mean = dot(direction, towards)
  const width = Math.sqrt(Math.max(0, dot(direction, x)))
  if (Number.isFinite(mean) && Number.isFinite(width)) return { mean, width }
  throw new BanditError('rows', `the statistics of arm ${arm} give no finite forecast; learn anew`)
}
