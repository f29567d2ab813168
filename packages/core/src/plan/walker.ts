import { fitJump } from './fit.ts'
import type { Rehearsal } from './rehearse.ts'
import {
  combineWith,
  equationsOf,
  type FitMode,
  type JumpSetup,
  priorOf,
  recent,
  type Visit,
} from './visit.ts'

export interface WalkerOptions<T> extends JumpSetup<T> {
  readonly mode: FitMode
  /** The first runs, on which weights are fitted. */
  readonly fitted: number
  /** Weights of a path fitted on recorded runs; entry n leaves run n out, the last one none. Used by mode `rehearsed`. */
  readonly rehearsals: readonly Rehearsal[]
  /** Evaluates the velocity; counts, checks and may refuse. The walker owns what it returns. */
  readonly evaluate: (run: number, x: T, index: number) => Promise<T>
}

/** Follows plans on the calibration noises with the network, fitting their weights on the way. */
export interface Walker {
  /**
   * Walks `path` with the first `count` runs and returns each one's mean squared distance to its teacher's end.
   *
   * A run that weights are fitted on moves by weights fitted on the others, so that every error is one on unseen
   * noise. Evaluations of a prefix walked before are not repeated, whatever path it belonged to.
   */
  walk(path: readonly number[], count: number): Promise<number[]>
  /** Evaluations {@link walk} would make. */
  cost(path: readonly number[], count: number): number
  /** Weights of each jump of a walked path, fitted on all fitting runs, newest velocity first. */
  weights(path: readonly number[]): number[][]
  /** Frees everything that none of `paths` begins with. */
  retain(paths: readonly (readonly number[])[]): void
}

export function createWalker<T>(options: WalkerOptions<T>): Walker {
  const { space, runs, sigmas } = options
  const numSteps = sigmas.length - 1
  const visits = new Map<string, Visit<T>>()
  const root: Visit<T> = {
    index: 0,
    before: undefined,
    states: runs.map((run) => run.states[0]!),
    velocities: runs.map((run) => run.firstVelocity),
    products: runs.map((run) => Float64Array.of(run.gram[0]!)),
    weights: new Float64Array(0),
    own: [],
  }
  visits.set('0', root)
  const keyOf = (path: readonly number[], length: number): string => path.slice(0, length).join()

  const reach = async (path: readonly number[], length: number, count: number): Promise<Visit<T>> => {
    const key = keyOf(path, length)
    const known = visits.get(key)
    if (known !== undefined && known.states.length >= count) return known
    const before = await reach(path, length - 1, count)
    const visit = known ?? (await openVisit(options, before, path.slice(0, length)))
    visits.set(key, visit)
    for (let n = visit.states.length; n < count; n++) await advance(options, visit, n, numSteps)
    return visit
  }

  return {
    walk: async (path, count) => {
      const { states } = await reach(path, path.length, count)
      const walked = states.slice(0, count)
      return Promise.all(walked.map((x, n) => space.meanSquaredDifference(x, runs[n]!.states[numSteps]!)))
    },
    cost: (path, count) => {
      let missing = 0
      for (let length = 2; length < path.length; length++) {
        missing += Math.max(0, count - (visits.get(keyOf(path, length))?.states.length ?? 0))
      }
      return missing
    },
    weights: (path) => path.slice(1).map((_, m) => [...visits.get(keyOf(path, m + 2))!.weights]),
    retain: (paths) => {
      const kept = new Set(['0', ...paths.flatMap((path) => path.map((_, m) => keyOf(path, m + 1)))])
      for (const [key, { states, velocities }] of visits) {
        if (kept.has(key)) continue
        for (const vector of [...states, ...velocities]) space.release(vector)
        visits.delete(key)
      }
    },
  }
}

/** Finds the weights of the last jump of `path`. */
async function openVisit<T>(
  options: WalkerOptions<T>,
  before: Visit<T>,
  path: readonly number[],
): Promise<Visit<T>> {
  const to = path.at(-1)!
  const visit = { index: to, before, states: [], velocities: [], products: [] }
  if (options.mode === 'rehearsed') {
    const own = options.rehearsals.map((rehearsal) => Float64Array.from(rehearsal.weights(path).at(-1)!))
    return { ...visit, weights: own.pop()!, own }
  }
  const chain = recent(before, options.depth)
  const prior = priorOf(options, chain, to)
  if (options.mode === 'plain') return { ...visit, weights: prior, own: [] }
  const fitting = Array.from({ length: options.fitted }, (_, n) => equationsOf(options, chain, n, to))
  const equations = await Promise.all(fitting)
  const weights = fitJump(equations, prior, options.fit)
  const own = equations.map((_, n) => {
    const others = equations.filter((_, m) => m !== n)
    return others.length > 0 ? fitJump(others, prior, options.fit) : weights
  })
  return { ...visit, weights, own }
}

/** Moves run `n` along the jump that leads to `visit`, and evaluates it there. */
async function advance<T>(
  options: WalkerOptions<T>,
  visit: Visit<T>,
  n: number,
  numSteps: number,
): Promise<void> {
  const { space, depth } = options
  const chain = recent(visit.before!, depth)
  const x = combineWith(space, chain, n, visit.own[n] ?? visit.weights)
  if (visit.index < numSteps) {
    const velocity = await options.evaluate(n, x, visit.index)
    const others = chain.slice(0, depth - 1).map((earlier) => earlier.velocities[n]!)
    const row = await Promise.all([velocity, ...others].map((other) => space.dot(velocity, other)))
    visit.velocities.push(velocity)
    visit.products.push(Float64Array.from(row, (product) => product / options.elements))
  }
  visit.states.push(x)
}
