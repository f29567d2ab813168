import type { Extrapolator } from '../extrapolate/extrapolator.ts'
import type { FitOptions, JumpEquations } from './fit.ts'
import { fitColumns } from './fit-parts.ts'
import type { Increments } from './increments.ts'
import { quadratic } from './quadratic.ts'
import { columnsOf, type Parts, prefixKey, priorWeights, type Route } from './route.ts'
import { catchUp } from './visit.ts'

/** Plays plans against recorded runs without the network. */
export interface Rehearsal {
  /** Mean squared distance to the end of each recorded run when the fitted plan `route` is followed. */
  errors(route: Route): number[]
  /** Weights fitted on the recorded runs, one row a jump, newest velocity first, guidance last. */
  weights(route: Route): number[][]
}

export interface RehearsalOptions {
  readonly grams: readonly Float64Array[]
  readonly increments: Increments
  readonly sigmas: readonly number[]
  readonly prior: Extrapolator
  /** Velocities a jump may use, of each part. */
  readonly depth: number
  /** What the Gram matrices are of. Default 1. */
  readonly parts?: Parts
  readonly fit: FitOptions
}

/** A rehearsed prefix of a route. */
interface Place {
  readonly index: number
  readonly before: Place | undefined
  /** Weights of the jump that leads here. */
  readonly weights: Float64Array
  /** Each run's `x - x_0` as a combination of the teacher's vectors. */
  readonly states: readonly Float64Array[]
}

/**
 * A student's run as combinations of the teacher's velocities, `x_i - x_0 = s^T v`, with the teacher's velocity at every
 * node (teacher forcing). Inner products are then Gram products, and fitting a plan is arithmetic on T numbers.
 *
 * Good enough to fit weights from; as a forecast of the final error it is several dB too rosy, because it does not
 * know how the flow amplifies an early error. Prefixes that routes share are rehearsed once.
 */
export function createRehearsal(options: RehearsalOptions): Rehearsal {
  const { grams, depth, parts = 1 } = options
  const { numSteps } = options.increments
  const reached = cumulate(options.increments, parts)
  const size = parts * numSteps
  const start = { index: 0, before: undefined, weights: new Float64Array(0) }
  const places = new Map<string, Place>([
    ['0', { ...start, states: grams.map(() => new Float64Array(size)) }],
  ])

  const reach = (route: Route, length: number): Place => {
    const key = prefixKey(route, length)
    const known = places.get(key)
    if (known !== undefined) return known
    const before = reach(route, length - 1)
    const index = route.path[length - 1]!
    const columns = columnsOf(route, length - 2, depth, parts)
    const rows = [...columns.velocities, ...columns.guidance.map((node) => numSteps + node)]
    const equations = grams.map((gram, n) => {
      const undone = catchUp(index, numSteps)
      const way = wayOf(reached, before.states[n]!, before.index, index, undone)
      return equationsFrom(gram, rows, way)
    })
    const prior = priorWeights(options.prior, options.sigmas, columns, index)
    const weights = fitColumns(equations, prior, columns, options.fit)
    const states = before.states.map((state) => {
      const next = state.slice()
      for (const [a, row] of rows.entries()) next[row]! += weights[a]!
      return next
    })
    const place = { index, before, weights, states }
    places.set(key, place)
    return place
  }

  return {
    errors: (route) => {
      const { states } = reach(route, route.path.length)
      return states.map((state, n) => quadratic(grams[n]!, wayOf(reached, state, 0, numSteps, 1)))
    },
    weights: (route) => route.path.slice(1).map((_, m) => [...reach(route, m + 2).weights]),
  }
}

/** Most runs that rehearsed weights are fitted on; a few suffice, and each costs a rehearsal without it. */
const mostRuns = 8

/** A rehearsal for each of the first runs that leaves it out, and last one with all of them. */
export function leaveOneOut(options: RehearsalOptions): Rehearsal[] {
  const grams = options.grams.slice(0, mostRuns)
  const without = grams.map((_, n) => (grams.length > 1 ? grams.filter((_, m) => m !== n) : grams))
  return [...without, grams].map((chosen) => createRehearsal({ ...options, grams: chosen }))
}

/** Row j: the teacher's `x_j - x_0` as a combination of its vectors; both parts of a velocity count alike. */
function cumulate({ numSteps, matrix }: Increments, parts: Parts): Float64Array[] {
  const rows = [new Float64Array(parts * numSteps)]
  for (let k = 0; k < numSteps; k++) {
    const before = rows[k]!
    rows.push(before.map((value, a) => value + matrix[k * numSteps + (a % numSteps)]!))
  }
  return rows
}

/** The teacher's way from `from` to `to`, less the share of the error that is to be undone. */
function wayOf(
  reached: readonly Float64Array[],
  state: Float64Array,
  from: number,
  to: number,
  undone: number,
): Float64Array {
  const [target, start] = [reached[to]!, reached[from]!]
  return state.map((value, k) => target[k]! - (1 - undone) * start[k]! - undone * value)
}

function equationsFrom(gram: Float64Array, rows: readonly number[], way: Float64Array): JumpEquations {
  const size = way.length
  const depth = rows.length
  const basis = new Float64Array(depth * depth)
  const towards = new Float64Array(depth)
  for (const [a, row] of rows.entries()) {
    for (let k = 0; k < size; k++) towards[a]! += gram[row * size + k]! * way[k]!
    for (const [b, other] of rows.entries()) basis[a * depth + b] = gram[row * size + other]!
  }
  return { basis, towards, distance: quadratic(gram, way) }
}
