import type { JumpEquations } from './fit.ts'
import { fitColumns } from './fit-parts.ts'
import { columnsOf, priorWeights, type Route } from './route.ts'
import { combineWith, equationsOf, type JumpSetup, type Visit, vectorsOf } from './visit.ts'

/** The last jump of a walked route. */
export interface Closing {
  /** Weights fitted on all runs, that of the state last, beyond 1. */
  readonly weights: Float64Array
  /** Mean squared distance of each run to its teacher's end, by weights fitted on the others. */
  readonly errors: readonly number[]
}

/** Pull towards the rule: the states are those that the plan itself reaches, there is no drift to guard against. */
const closingRidge = 0.02

/**
 * Fits the last jump on the states that the first `count` runs have reached at the last node, at no evaluation.
 *
 * Every jump before falls a little short along the data: late velocities are nearly noise less data, so that what a fit leaves
 * over points along both, and pictures end up paler than the full run's. No combination of velocities mends that; a weight of
 * the state does, where it holds next to no noise any more.
 */
export async function closeRoute<T>(
  setup: JumpSetup<T>,
  last: Visit<T>,
  route: Route,
  count: number,
): Promise<Closing> {
  const { space, runs, sigmas, depth, parts, fit } = setup
  const end = sigmas.length - 1
  const columns = { ...columnsOf(route, route.path.length - 2, depth, parts), state: true }
  const prior = priorWeights(setup.prior, sigmas, columns, end)
  const used = runs.slice(0, count)
  const equations = await Promise.all(used.map((_, n) => equationsOf(setup, last, columns, n, end)))
  const fitTo = (samples: readonly JumpEquations[]): Float64Array =>
    fitColumns(samples, prior, columns, { ...fit, ridge: Math.min(fit.ridge ?? closingRidge, closingRidge) })
  const weights = fitTo(equations)
  const errors = used.map(async ({ states }, n) => {
    const others = equations.filter((_, m) => m !== n)
    const own = others.length > 0 ? fitTo(others) : weights
    const x = combineWith(space, last, n, vectorsOf(last, columns, n), own)
    const error = await space.meanSquaredDifference(x, states[end]!)
    space.release(x)
    return error
  })
  return { weights, errors: await Promise.all(errors) }
}
