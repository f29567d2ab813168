import { closeRoute } from '../fit/close.ts'
import type { JumpEquations } from '../fit/fit.ts'
import { fitColumns } from '../fit/fit-parts.ts'
import type { Rehearsal } from '../fit/rehearse.ts'
import { columnsOf, prefixKey, prefixOf, priorWeights, type Route } from '../fit/route.ts'
import {
  combineWith,
  equationsOf,
  type FitMode,
  type JumpSetup,
  type Visit,
  vectorsOf,
} from '../fit/visit.ts'

/** What one evaluation of a walk brings; the walker owns the vectors. */
export interface Evaluated<T> {
  /** The whole velocity, or the conditional one where there are two parts. */
  readonly velocity: T
  /** Undefined where it was not evaluated. */
  readonly guidance?: T | undefined
}

export interface WalkerOptions<T> extends JumpSetup<T> {
  readonly mode: FitMode
  /** Weights of a path fitted on recorded runs; entry n leaves run n out, the last one none. Used by mode `rehearsed`. */
  readonly rehearsals: readonly Rehearsal[]
  /** Evaluates the velocity; counts, checks and may refuse. */
  readonly evaluate: (run: number, x: T, index: number, conditional: boolean) => Promise<Evaluated<T>>
}

/** What came of walking a route. */
export interface Walked {
  /** Mean squared distance of each run to its teacher's end. */
  readonly errors: readonly number[]
  /** Of each jump, fitted on all fitting runs, of the last one on all that have walked; newest velocity first, guidance last. */
  readonly weights: readonly (readonly number[])[]
  /** Weight of the state in the last jump. */
  readonly stateWeight: number
}

/** Follows plans on the calibration noises with the network, fitting their weights on the way. */
export interface Walker {
  /**
   * Walks `route` with the first `count` runs.
   *
   * A run that weights are fitted on moves by weights fitted on the others, so that every error is one on unseen
   * noise. Mode `fitted` fits on all runs and walks them all, whatever `count`; the last jump is fitted on what the walked runs
   * have reached in any mode, see {@link closeRoute}. Evaluations of a prefix walked before are not repeated, whatever route
   * it belonged to.
   */
  walk(route: Route, count: number): Promise<Walked>
  /** Evaluations {@link walk} would make. */
  cost(route: Route, count: number): number
  /** Frees everything that none of `routes` begins with. */
  retain(routes: readonly Route[]): void
}

export function createWalker<T>(options: WalkerOptions<T>): Walker {
  const { space, runs, parts } = options
  const visits = new Map<string, Visit<T>>()
  const root: Visit<T> = {
    index: 0,
    before: undefined,
    states: runs.map((run) => run.states[0]!),
    velocities: runs.map((run) => (parts === 2 ? run.firstParts!.conditional : run.firstVelocity)),
    guidance: parts === 2 ? runs.map((run) => run.firstParts!.guidance) : [],
    weights: new Float64Array(0),
    own: [],
  }
  visits.set('0', root)

  const reach = async (route: Route, length: number, count: number): Promise<Visit<T>> => {
    const key = prefixKey(route, length)
    const known = visits.get(key)
    if (known !== undefined && known.states.length >= count) return known
    const before = await reach(route, length - 1, count)
    const prefix = prefixOf(route, length)
    const visit = known ?? (await openVisit(options, before, prefix))
    visits.set(key, visit)
    for (let n = visit.states.length; n < count; n++) await advance(options, visit, prefix, n)
    return visit
  }

  return {
    walk: async (route, count) => {
      const last = await reach(route, route.path.length - 1, count)
      const jump = await openVisit(options, last, route)
      const { weights, stateWeight, errors } = await closeRoute(options, last, route, jump, count)
      const rows = route.path.slice(1, -1).map((_, m) => [...visits.get(prefixKey(route, m + 2))!.weights])
      return { errors, weights: [...rows, weights], stateWeight }
    },
    cost: (route, count) => {
      let missing = 0
      for (let length = 2; length < route.path.length; length++) {
        missing += Math.max(0, count - (visits.get(prefixKey(route, length))?.states.length ?? 0))
      }
      return missing
    },
    retain: (routes) => {
      const kept = new Set(routes.flatMap((route) => route.path.map((_, m) => prefixKey(route, m + 1))))
      for (const [key, { states, velocities, guidance }] of visits) {
        if (key === '0' || kept.has(key)) continue
        for (const vector of [...states, ...velocities, ...guidance]) space.release(vector)
        visits.delete(key)
      }
    },
  }
}

/** Finds the weights of the last jump of `route`, the beginning of a whole one. */
async function openVisit<T>(options: WalkerOptions<T>, before: Visit<T>, route: Route): Promise<Visit<T>> {
  const { path } = route
  const to = path.at(-1)!
  const visit = { index: to, before, states: [], velocities: [], guidance: [] }
  if (options.mode === 'rehearsed') {
    const own: Float64Array[] = []
    for (const rehearsal of options.rehearsals)
      own.push(Float64Array.from((await rehearsal.weights(route)).at(-1)!))
    return { ...visit, weights: own.pop()!, own }
  }
  const columns = columnsOf(route, path.length - 2, options.depth, options.parts)
  const prior = priorWeights(options.prior, options.sigmas, columns, to)
  const fitting = options.runs.map((_, n) => equationsOf(options, before, columns, n, to))
  const equations = await Promise.all(fitting)
  const fit = (samples: readonly JumpEquations[]): Float64Array =>
    fitColumns(samples, prior, columns, options.fit)
  const weights = fit(equations)
  const own = equations.map((_, n) => {
    const others = equations.filter((_, m) => m !== n)
    return others.length > 0 ? fit(others) : weights
  })
  return { ...visit, weights, own }
}

/** Moves run `n` along the jump that leads to `visit`, the last one of `route`, and evaluates it there. */
async function advance<T>(
  options: WalkerOptions<T>,
  visit: Visit<T>,
  route: Route,
  n: number,
): Promise<void> {
  const { space, depth, parts } = options
  const before = visit.before!
  const vectors = vectorsOf(before, columnsOf(route, route.path.length - 2, depth, parts), n)
  const x = combineWith(space, before, n, vectors, visit.own[n] ?? visit.weights)
  const conditional = route.conditional?.includes(visit.index) ?? false
  const { velocity, guidance } = await options.evaluate(n, x, visit.index, conditional)
  visit.velocities.push(velocity)
  if (guidance !== undefined) visit.guidance.push(guidance)
  visit.states.push(x)
}
