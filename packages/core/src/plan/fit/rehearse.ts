import type { Extrapolator } from '../../extrapolate/extrapolator.ts'
import type { Pace } from '../../pace.ts'
import { coordinatesOf, EXACT_STEPS } from '../price/factor.ts'
import type { Increments } from '../price/increments.ts'
import type { FitOptions, JumpEquations } from './fit.ts'
import { fitColumns } from './fit-parts.ts'
import { type Columns, columnsOf, type Parts, prefixKey, priorWeights, type Route } from './route.ts'
import { catchUp } from './visit.ts'

/** Plays plans against recorded runs without the network. */
export interface Rehearsal {
  /**
   * Mean squared distance to the end of the recorded run when `route` is followed with `weights` (rows that are missing are
   * fitted): of the first run with each response, of the second one, and so on.
   */
  errors(route: Route, weights?: readonly ArrayLike<number>[]): Promise<number[]>
  /** Weights fitted on the recorded runs, one row a jump, newest velocity first, guidance last. */
  weights(route: Route): Promise<number[][]>
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
  /**
   * What the velocity may answer to an error: `v(x + e) = v(x) + response e`. Negative: the flow amplifies errors on its way
   * to sigma 0; positive: it damps them; 0: the teacher's velocity whatever the state. Every run is rehearsed with each, and
   * weights are fitted on all of these together. Default `[0]`.
   */
  readonly responses?: readonly number[]
  readonly pace: Pace
}

/**
 * Weights of the teacher's vectors, and behind them the Gram matrix times those, or coordinates twice: products of two cost as many
 * operations as half of it has numbers.
 */
type Combination = Float64Array

/** A run and what the velocity answers there. */
interface Case {
  /** The teacher's vectors. */
  readonly rows: readonly Combination[]
  readonly response: number
  /** The teacher's states, less the first. */
  readonly reached: readonly Combination[]
}

/** Where one run with one response stands: `x - x_0`, and what is evaluated there, nothing at the end. */
interface Standing {
  readonly state: Combination
  readonly velocity?: Combination
  readonly guidance?: Combination
}

/** A rehearsed prefix of a route. */
interface Place {
  readonly index: number
  readonly before: Place | undefined
  /** Weights of the jump that leads here. */
  readonly weights: Float64Array
  /** Those of the first run with each response, of the second one, and so on. */
  readonly standings: readonly Standing[]
}

/**
 * A student's run as combinations of the teacher's velocities, `x_i - x_0 = s^T v`: at a node the student sees the teacher's
 * velocity and `response` times its own error. Inner products are then Gram products, and fitting a plan is arithmetic on
 * T numbers. Prefixes that routes share are rehearsed once.
 *
 * A forecast of the final error from it ranks schedules well where `response` is what the model does on the whole
 * (docs/decisions/2026-11-25-forecast-schedules.md); it is several dB too rosy all the same, since a real error also turns
 * into directions that one number does not know.
 */
export async function createRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { grams, depth, parts = 1, responses = [0], pace } = options
  const { numSteps } = options.increments
  const cases: Case[] = []
  for (const gram of grams) {
    const rows = await rowsOf(gram, numSteps, pace)
    const reached = await cumulate(options.increments, rows, pace)
    cases.push(...responses.map((response): Case => ({ rows, response, reached })))
  }
  const places = new Map<string, Place>()

  const standAt = ({ rows, response, reached }: Case, node: number, state: Combination): Standing => {
    if (node === numSteps) return { state }
    const own = rows[node]!
    const velocity = response === 0 ? own : combine([own, state, reached[node]!], [1, response, -response])
    return parts === 2 ? { state, velocity, guidance: rows[numSteps + node]! } : { state, velocity }
  }

  const start = (): Place => {
    const standings = cases.map((one) => standAt(one, 0, new Float64Array(one.rows[0]!.length)))
    return { index: 0, before: undefined, weights: new Float64Array(0), standings }
  }

  const reach = async (route: Route): Promise<Place> => {
    let length = route.path.length
    while (length > 1 && !places.has(prefixKey(route, length))) length--
    let place = places.get(prefixKey(route, length)) ?? start()
    places.set(prefixKey(route, length), place)
    while (length++ < route.path.length) {
      if (pace.due()) await pace.rest()
      place = jump(place, route, length)
      places.set(prefixKey(route, length), place)
    }
    return place
  }

  const follow = async (route: Route, weights: readonly ArrayLike<number>[]): Promise<Place> => {
    let place = start()
    for (let length = 2; length <= route.path.length; length++) {
      if (pace.due()) await pace.rest()
      place = jump(place, route, length, weights[length - 2])
    }
    return place
  }

  const jump = (before: Place, route: Route, length: number, given?: ArrayLike<number>): Place => {
    const index = route.path[length - 1]!
    const columns = columnsOf(route, length - 2, depth, parts)
    const vectors = cases.map((_, n) => vectorsOf(before, columns, n))
    const weights = given === undefined ? fitTo(before, index, columns, vectors) : Float64Array.from(given)
    const standings = before.standings.map(({ state }, n) =>
      standAt(cases[n]!, index, combine([state, ...vectors[n]!], [1, ...weights])),
    )
    return { index, before, weights, standings }
  }

  const fitTo = (
    before: Place,
    index: number,
    columns: Columns,
    vectors: readonly Combination[][],
  ): Float64Array => {
    const undone = catchUp(index, numSteps)
    const equations = cases.map(({ reached }, n) => {
      const [to, from] = [reached[index]!, reached[before.index]!]
      const { state } = before.standings[n]!
      const way = combine([to, from, state], [1, undone - 1, -undone])
      return equationsFrom(vectors[n]!, way)
    })
    const prior = priorWeights(options.prior, options.sigmas, columns, index)
    return fitColumns(equations, prior, columns, options.fit)
  }

  return {
    errors: async (route, weights) => {
      const { standings } = await (weights === undefined ? reach(route) : follow(route, weights))
      return standings.map(({ state }, n) => {
        const error = combine([cases[n]!.reached[numSteps]!, state], [1, -1])
        return Math.max(0, product(error, error))
      })
    },
    weights: async (route) => {
      const rows: number[][] = []
      for (let place = await reach(route); place.before !== undefined; place = place.before)
        rows.push([...place.weights])
      return rows.reverse()
    },
  }
}

/** Most runs that rehearsed weights are fitted on; a few suffice, and each costs a rehearsal without it. */
const mostRuns = 8

/** A rehearsal for each of the first runs that leaves it out, and last one with all of them. */
export async function leaveOneOut(options: RehearsalOptions): Promise<Rehearsal[]> {
  const grams = options.grams.slice(0, mostRuns)
  const without = grams.map((_, n) => (grams.length > 1 ? grams.filter((_, m) => m !== n) : grams))
  const rehearsals: Rehearsal[] = []
  for (const chosen of [...without, grams])
    rehearsals.push(await createRehearsal({ ...options, grams: chosen }))
  return rehearsals
}

/** Entry j: the teacher's `x_j - x_0`; both parts of a velocity count alike. */
async function cumulate(
  { numSteps, matrix }: Increments,
  rows: readonly Combination[],
  pace: Pace,
): Promise<Combination[]> {
  const reached: Combination[] = [new Float64Array(rows[0]!.length)]
  for (let k = 0; k < numSteps; k++) {
    if (pace.due()) await pace.rest()
    const used = [...rows.keys()].filter((a) => matrix[k * numSteps + (a % numSteps)] !== 0)
    const weights = used.map((a) => matrix[k * numSteps + (a % numSteps)]!)
    reached.push(combine([reached[k]!, ...used.map((a) => rows[a]!)], [1, ...weights]))
  }
  return reached
}

/** What a jump from `place` combines, for run `n`. */
function vectorsOf(place: Place, { velocities, guidance }: Columns, n: number): Combination[] {
  const chain = new Map<number, Standing>()
  for (let at: Place | undefined = place; at !== undefined; at = at.before)
    chain.set(at.index, at.standings[n]!)
  return [
    ...velocities.map((node) => chain.get(node)!.velocity!),
    ...guidance.map((node) => chain.get(node)!.guidance!),
  ]
}

function equationsFrom(vectors: readonly Combination[], way: Combination): JumpEquations {
  const depth = vectors.length
  const basis = new Float64Array(depth * depth)
  for (let a = 0; a < depth; a++) {
    for (let b = 0; b <= a; b++) {
      basis[a * depth + b] = product(vectors[a]!, vectors[b]!)
      basis[b * depth + a] = basis[a * depth + b]!
    }
  }
  const towards = Float64Array.from(vectors, (vector) => product(vector, way))
  return { basis, towards, distance: Math.max(0, product(way, way)) }
}

/** The teacher's vectors; the Gram matrix is symmetric. On large grids in coordinates, whose products are plain. */
async function rowsOf(gram: Float64Array, numSteps: number, pace: Pace): Promise<Combination[]> {
  const size = Math.sqrt(gram.length)
  if (numSteps > EXACT_STEPS)
    return (await coordinatesOf(gram, pace)).map((vector) => Float64Array.of(...vector, ...vector))
  return Array.from({ length: size }, (_, index) => {
    const row = new Float64Array(2 * size)
    row[index] = 1
    row.set(gram.subarray(index * size, (index + 1) * size), size)
    return row
  })
}

function combine(parts: readonly Combination[], weights: ArrayLike<number>): Combination {
  const sum = new Float64Array(parts[0]!.length)
  for (let a = 0; a < parts.length; a++) {
    const [weight, part] = [weights[a]!, parts[a]!]
    for (let k = 0; k < sum.length; k++) sum[k]! += weight * part[k]!
  }
  return sum
}

function product(one: Combination, other: Combination): number {
  const size = one.length / 2
  let sum = 0
  for (let k = 0; k < size; k++) sum += one[k]! * other[size + k]!
  return sum
}
