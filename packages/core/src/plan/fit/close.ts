import { meanOf } from '../document/quality.ts'
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

/** A mean square that is none. */
const tiny = 1e-30

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
  const errorOf = async (n: number, weights: ArrayLike<number>): Promise<number> => {
    const x = combineWith(space, last, n, vectorsOf(last, columns, n), weights)
    const error = await space.meanSquaredDifference(x, used[n]!.states[end]!)
    space.release(x)
    return error
  }
  const before = used.map((_, n) => jump.own[n] ?? jump.weights)
  const without = await Promise.all(before.map((weights, n) => errorOf(n, Float64Array.of(...weights, 0))))
  const errors = await Promise.all(
    before.map((weights, n) => {
      const others = equations.filter((_, m) => m !== n)
      return errorOf(n, others.length > 0 ? fit(others, weights) : fitted)
    }),
  )
  if (!helps(errors, without)) return { weights: [...jump.weights], stateWeight: 1, errors: without }
  return { weights: [...fitted.subarray(0, -1)], stateWeight: 1 + fitted.at(-1)!, errors }
}

/** Whether errors are smaller with the fit than without, in decibels, by more than the mean of so few runs wavers. */
function helps(errors: readonly number[], without: readonly number[]): boolean {
  const gains = errors.map((error, n) => 10 * Math.log10((without[n]! + tiny) / (error + tiny)))
  const mean = meanOf(gains)
  const spread = gains.reduce((sum, gain) => sum + (gain - mean) ** 2, 0)
  return mean > Math.sqrt(spread / Math.max(1, gains.length - 1) / gains.length)
}
