import type { JumpEquations } from './fit.ts'
import { fitColumns } from './fit-parts.ts'
import { columnsOf, type Route } from './route.ts'
import { combineWith, equationsOf, type JumpSetup, type Visit, vectorsOf } from './visit.ts'

/** The last jump of a walked route. */
export interface Closing {
  /** Fitted on all runs, newest velocity first, guidance last. */
  readonly weights: readonly number[]
  readonly stateWeight: number
  /** Mean squared distance of each run to its teacher's end, by weights fitted on the others. */
  readonly errors: readonly number[]
}

/** Pull towards the weights of before: the states are those that the plan itself reaches, so little is to be guarded against. */
const closingRidge = 0.02

/** Weights of a jump, and those fitted without each run, as far as there are such. */
export type Jump = Pick<Visit<unknown>, 'weights' | 'own'>

/**
 * Fits the last jump anew on the states that the first `count` runs have reached at the last node, at no evaluation.
 *
 * Every jump before falls a little short along the data: late velocities are nearly noise less data, so that what a fit leaves
 * over points along both, and pictures end up paler than the full run's. No combination of velocities mends that; a weight of
 * the state does, where it holds next to no noise any more.
 *
 * @param jump the last jump as it would be without this
 */
export async function closeRoute<T>(
  setup: JumpSetup<T>,
  last: Visit<T>,
  route: Route,
  jump: Jump,
  count: number,
): Promise<Closing> {
  const { space, runs, sigmas, depth, parts } = setup
  const end = sigmas.length - 1
  const columns = { ...columnsOf(route, route.path.length - 2, depth, parts), state: true }
  const used = runs.slice(0, count)
  const equations = await Promise.all(used.map((_, n) => equationsOf(setup, last, columns, n, end)))
  const fit = (samples: readonly JumpEquations[], before: Float64Array): Float64Array =>
    fitColumns(samples, Float64Array.of(...before, 0), columns, { ...setup.fit, ridge: closingRidge })
  const fitted = fit(equations, jump.weights)
  const errors = used.map(async ({ states }, n) => {
    const others = equations.filter((_, m) => m !== n)
    const own = others.length > 0 ? fit(others, jump.own[n] ?? jump.weights) : fitted
    const x = combineWith(space, last, n, vectorsOf(last, columns, n), own)
    const error = await space.meanSquaredDifference(x, states[end]!)
    space.release(x)
    return error
  })
  const weights = [...fitted.subarray(0, -1)]
  return { weights, stateWeight: 1 + fitted.at(-1)!, errors: await Promise.all(errors) }
}
