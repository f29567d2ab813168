import type { Pace } from '../../pace.ts'
import type { EdgeErrors } from '../price/edges.ts'
import { cheapestPaths } from '../price/refined-paths.ts'
import type { EdgeCost } from '../price/shortest-path.ts'
import type { Candidate } from './candidate.ts'
import { distinct } from './candidate.ts'
import { tiltedCost } from './candidates.ts'

/** Evaluations for a number of passes: the more of them conditional, the more evaluations there can be. */
const mostShare = 0.8
const leastShare = 0.55
const usualShare = 0.64

/**
 * Joint plans of `passes` network passes: schedules of fewer evaluations than that, the guidance term evaluated at some
 * of their nodes and forecast at the others.
 *
 * At which is tried: where the term is small early, what it lacks there the flow amplifies all the same, and forecasting it
 * late, never twice in a row before that, does well; where the term is large, the nodes that its own local errors say.
 *
 * @param schedules candidates by their number of evaluations
 * @param terms local errors of the guidance terms alone
 */
export async function proposeJoint(
  schedules: ReadonlyMap<number, readonly Candidate[]>,
  passes: number,
  terms: EdgeErrors,
  sigmas: readonly number[],
  pace: Pace,
): Promise<Candidate[]> {
  const proposed: Candidate[] = []
  const splits = splitsOf(passes, [...schedules.keys()])
  for (const { mode, path, response } of splits.flatMap((nfe) => schedules.get(nfe) ?? [])) {
    const forecasts = await forecastsOf(path, passes, terms, sigmas, pace)
    for (const [k, conditional] of forecasts.entries())
      proposed.push({ family: `joint ${k}`, mode, response, parts: 2, path, conditional })
  }
  return distinct(proposed)
}

/** Numbers of evaluations, of those there are schedules for, that leave enough passes for the guidance term. */
export function splitsOf(passes: number, available: readonly number[]): number[] {
  const distance = (evaluations: number): number => Math.abs(evaluations - usualShare * passes)
  return available
    .filter((evaluations) => evaluations >= leastShare * passes && evaluations <= mostShare * passes)
    .sort((a, b) => distance(a) - distance(b))
}

/** The usual number of evaluations of a joint plan. */
export function usualSplit(passes: number): number {
  return Math.round(usualShare * passes)
}

/** Nodes of a schedule whose guidance terms may be forecast so that it makes `passes` passes; most promising first. */
async function forecastsOf(
  path: readonly number[],
  passes: number,
  terms: EdgeErrors,
  sigmas: readonly number[],
  pace: Pace,
): Promise<number[][]> {
  const evaluations = path.length - 1
  const [first, ...others] = patterns(evaluations, 2 * evaluations - passes).map((positions) =>
    positions.map((position) => path[position]!),
  )
  const guided = await cheapestNodes(path, passes - evaluations, terms, sigmas, pace)
  return [first!, path.slice(0, -1).filter((node) => !guided.includes(node)), ...others]
}

/** The nodes of a schedule, `count` of them, from which the guidance term is forecast best at the others. */
async function cheapestNodes(
  path: readonly number[],
  count: number,
  terms: EdgeErrors,
  sigmas: readonly number[],
  pace: Pace,
): Promise<readonly number[]> {
  const nodes = new Set(path)
  const tilting = tiltedCost(terms, sigmas)
  const cost: EdgeCost = (previous, i, j) =>
    nodes.has(previous) && nodes.has(i) && nodes.has(j) ? tilting(previous, i, j) : Number.POSITIVE_INFINITY
  return (await cheapestPaths(terms.numSteps, [count], cost, pace)).get(count)!
}

/** Positions in a schedule of `evaluations` nodes at which `count` guidance terms are forecast; most promising first. */
function patterns(evaluations: number, count: number): number[][] {
  // The last `tail` nodes, then every second one before them.
  return [2, count, 0, 1, 3].map((tail) => {
    const from = (k: number): number => (k < tail ? k + 1 : tail + 2 * (k - tail) + 2)
    const chosen = Array.from({ length: count }, (_, k) => evaluations - from(k)).filter((k) => k > 0)
    // Where every second one was not enough, what is left goes to the latest nodes still guided.
    for (let k = evaluations - 1; chosen.length < count; k--) if (!chosen.includes(k)) chosen.push(k)
    return chosen.sort((a, b) => a - b)
  })
}

/** Joint plans that differ in one forecast, moved to a neighbouring node; late ones first, they share most of the walk. */
export function jointMoves({ path, mode, response, conditional = [] }: Candidate): Candidate[] {
  const positions = conditional.map((node) => path.indexOf(node)).reverse()
  return positions.flatMap((position) =>
    [1, -1].flatMap((shift): Candidate[] => {
      const to = path[position + shift]
      if (to === undefined || to === 0 || to === path.at(-1) || conditional.includes(to)) return []
      const moved = conditional.map((node) => (node === path[position] ? to : node))
      return [{ family: 'moved', mode, response, parts: 2, path, conditional: moved }]
    }),
  )
}
