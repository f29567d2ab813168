import type { Pace } from '../../pace.ts'
import { shiftSigma } from '../../schedule/shifted.ts'
import { judge, meanOf, psnrOf } from '../document/quality.ts'
import { createRehearsal, type RehearsalOptions } from '../fit/rehearse.ts'
import type { EdgeErrors } from '../price/edges.ts'
import { EXACT_STEPS } from '../price/factor.ts'
import { nearestIndex } from '../price/nearest-index.ts'
import { cheapestPaths } from '../price/refined-paths.ts'
import type { EdgeCost } from '../price/shortest-path.ts'
import { type Candidate, distinct } from './candidate.ts'
import { climb } from './climb.ts'
import { lowestResponse, responsesNear } from './response.ts'

/** Exponents by which squared errors at sigma 1 count more than at sigma 0: how much a flow amplifies early ones differs. */
const tilts = [1, 0, -1, -2, 2] as const

const shifts = [1.5, 2, 3, 1] as const

/** Runs that a schedule is rehearsed on to forecast how it does. */
const forecastRuns = 4

/** Where candidates of every budget come from. */
export interface Proposals {
  /**
   * Schedules of `nfe` evaluations, duplicates left out; weights are of whole velocities, of guided models too. Of cheapest
   * paths by several costs and shifted grids the one with the best forecast, improved node by node by the same forecast; the
   * cheapest path by {@link tiltedCost}, good on most models; the others by their forecasts. Where the model's `response` is not known
   * yet, schedules have to bear all there may be.
   */
  candidates(nfe: number, response: number | undefined): Promise<Candidate[]>
  /** The schedule with the best forecast where errors grow as much as is reckoned with. */
  safest(nfe: number): Promise<Candidate>
  /** Expected score of schedules, dB, several too high: only differences mean something. */
  forecaster(response: number | undefined): Promise<Forecast>
}

/** How well a schedule is expected to do. */
export type Forecast = (path: readonly number[]) => Promise<number>

export interface ProposalsOptions {
  readonly edges: EdgeErrors
  readonly budgets: readonly number[]
  readonly rehearsal: RehearsalOptions
  /** Peak-to-peak range of the data. */
  readonly range: number
}

export async function createProposals(options: ProposalsOptions): Promise<Proposals> {
  const { edges, budgets, rehearsal, range } = options
  const { sigmas, pace } = rehearsal
  const grams = rehearsal.grams.slice(0, forecastRuns)
  const tilting = tiltedCost(edges, sigmas)
  const shapes = await pathsByCosts(edges, sigmas, tilting, budgets, pace)
  const stride = Math.max(1, Math.round(edges.numSteps / EXACT_STEPS))
  const forecaster = async (response: number | undefined): Promise<Forecast> => {
    const { errors } = await createRehearsal({ ...rehearsal, grams, responses: responsesNear(response) })
    return async (path) => judge((await errors({ path })).map((mse) => psnrOf(mse, range)))
  }
  const known = (nfe: number): Proposed[] => [
    ...[...shapes].map(([family, paths]) => ({ family, path: paths.get(nfe)! })),
    ...shifts.map((shift) => ({ family: `shift-${shift}`, path: shiftedPath(sigmas, nfe, shift) })),
  ]
  const climbing = async (nfe: number, response: number | undefined): Promise<Proposed[]> => {
    const forecast = await forecaster(response)
    const ranked: (Proposed & { readonly value: number })[] = []
    for (const one of known(nfe)) ranked.push({ ...one, value: await forecast(one.path) })
    ranked.sort((a, b) => b.value - a.value)
    return [{ family: 'climbed', path: await climb(ranked[0]!.path, forecast, stride) }, ...ranked]
  }
  // The search asks for the same again where nothing was learned meanwhile.
  const climbed = new Map<string, readonly Proposed[]>()
  const climbingOnce = async (nfe: number, response: number | undefined): Promise<readonly Proposed[]> => {
    const key = `${nfe} ${response}`
    const found = climbed.get(key) ?? (await climbing(nfe, response))
    climbed.set(key, found)
    return found
  }
  const candidate = ({ family, path }: Proposed, response: number | undefined): Candidate => {
    return { family, path, response, mode: 'rehearsed', parts: 1 }
  }
  return {
    candidates: async (nfe, response) => {
      const [best, ...ranked] = await climbingOnce(nfe, response)
      return distinct([best!, known(nfe)[0]!, ...ranked].map((one) => candidate(one, response)))
    },
    safest: async (nfe) => candidate((await climbingOnce(nfe, lowestResponse))[0]!, lowestResponse),
    forecaster,
  }
}

type Proposed = Pick<Candidate, 'family' | 'path'>

/** Mean squared errors of jumps over the recorded runs, those of the earliest counted four times. */
export function tiltedCost(edges: EdgeErrors, sigmas: readonly number[]): EdgeCost {
  const errors = new Float64Array(edges.runs)
  return (previous, i, j) => {
    edges.measure(errors, previous, i, j)
    return (1 + sigmas[i]!) ** 2 * meanOf(errors)
  }
}

/** Cheapest paths of every budget by several costs, the best known first. */
async function pathsByCosts(
  edges: EdgeErrors,
  sigmas: readonly number[],
  tilting: EdgeCost,
  budgets: readonly number[],
  pace: Pace,
): Promise<Map<string, ReadonlyMap<number, readonly number[]>>> {
  const errors = new Float64Array(edges.runs)
  const measured = (previous: number, i: number, j: number): Float64Array => {
    edges.measure(errors, previous, i, j)
    return errors
  }
  const raised = (tilt: number, i: number): number => Math.exp(tilt * sigmas[i]!)
  const costs: [string, EdgeCost][] = [
    ['tilted', tilting],
    ...tilts.map((tilt): [string, EdgeCost] => [
      `tilt ${tilt}`,
      (previous, i, j) => raised(tilt, i) * meanOf(measured(previous, i, j)),
    ]),
    // Jumps by the newest velocity alone: with few evaluations the one before it is too far off to help.
    ['newest', (_, i, j) => tilting(i, i, j)],
  ]
  const paths = new Map<string, ReadonlyMap<number, readonly number[]>>()
  for (const [family, cost] of costs)
    paths.set(family, await cheapestPaths(edges.numSteps, budgets, cost, pace))
  return paths
}

/** The grid indices closest to a shifted grid of `budget` steps, made strictly increasing. */
export function shiftedPath(sigmas: readonly number[], budget: number, shift: number): number[] {
  const numSteps = sigmas.length - 1
  const path = Array.from({ length: budget + 1 }, (_, k) =>
    nearestIndex(sigmas, sigmas[0]! * shiftSigma(1 - k / budget, shift)),
  )
  path[0] = 0
  path[budget] = numSteps
  for (let k = 1; k <= budget; k++) path[k] = Math.max(path[k]!, path[k - 1]! + 1)
  path[budget] = numSteps
  for (let k = budget - 1; k > 0; k--) path[k] = Math.min(path[k]!, path[k + 1]! - 1)
  return path
}
