import type { Pace } from '../../pace.ts'
import { EXACT_STEPS } from './factor.ts'
import { type EdgeCost, shortestPaths } from './shortest-path.ts'

/** Steps of the coarse grid. */
const COARSE_STEPS = 48

/** Evaluations of the coarse schedules at most; those with more begin as their stretched copies. */
const COARSE_BUDGET = 30

/** Moves of a node that one refinement weighs against each other, in strides to either side. */
const REACH = 3

/** Refinements with the same stride, at most. */
const TURNS = 4

/**
 * {@link shortestPaths} for these budgets, on large grids coarse to fine: the cheapest over 48 nodes spread over the grid, then
 * cheapest among schedules whose nodes lie a few strides from those, with a stride of a quarter of the last one down to 1.
 *
 * Cost: on grids of more than 64 steps 48^3 / 6 edge costs, and some 350 an evaluation and refinement, of which there are four a
 * stride at most.
 */
export async function cheapestPaths(
  numSteps: number,
  budgets: readonly number[],
  cost: EdgeCost,
  pace: Pace,
): Promise<ReadonlyMap<number, readonly number[]>> {
  if (numSteps <= EXACT_STEPS) return shortestPaths(numSteps, Math.max(...budgets), cost, pace)
  const nodes = Array.from({ length: COARSE_STEPS + 1 }, (_, k) => Math.round((k * numSteps) / COARSE_STEPS))
  const most = Math.min(COARSE_BUDGET, Math.max(...budgets))
  const coarse = await shortestPaths(
    COARSE_STEPS,
    most,
    (p, i, j) => cost(nodes[p]!, nodes[i]!, nodes[j]!),
    pace,
  )
  const paths = new Map<number, readonly number[]>()
  for (const nfe of budgets) {
    const found = coarse.get(Math.min(nfe, most))!.map((k) => nodes[k]!)
    let path: readonly number[] = found.length === nfe + 1 ? found : stretched(found, nfe)
    let stride = numSteps / COARSE_STEPS
    while (stride > 1) {
      stride = Math.max(1, stride / 4)
      path = await settled(path, (from) => refined(from, Math.round(stride), cost, pace))
    }
    paths.set(nfe, path)
  }
  return paths
}

/** Refines a schedule until it stays as it is; each time is cheap, and few change much. */
async function settled(
  path: readonly number[],
  refine: (path: readonly number[]) => Promise<readonly number[]>,
): Promise<readonly number[]> {
  let best = path
  for (let turn = 0; turn < TURNS; turn++) {
    const next = await refine(best)
    if (next.every((node, k) => node === best[k])) return best
    best = next
  }
  return best
}

/** A schedule of more evaluations, as dense everywhere in comparison. */
function stretched(path: readonly number[], nfe: number): readonly number[] {
  const last = path.length - 1
  const numSteps = path[last]!
  const longer = Array.from({ length: nfe + 1 }, (_, k) => {
    const at = Math.min((k * last) / nfe, last - 1e-9)
    const before = Math.floor(at)
    return Math.round(path[before]! + (at - before) * (path[before + 1]! - path[before]!))
  })
  for (let k = 1; k <= nfe; k++) longer[k] = Math.max(longer[k]!, longer[k - 1]! + 1)
  longer[nfe] = numSteps
  for (let k = nfe - 1; k > 0; k--) longer[k] = Math.min(longer[k]!, longer[k + 1]! - 1)
  return longer
}

/** The cheapest schedule whose inner nodes are each moved by up to three strides, by dynamic programming over pairs of nodes. */
async function refined(
  path: readonly number[],
  stride: number,
  cost: EdgeCost,
  pace: Pace,
): Promise<readonly number[]> {
  const last = path.length - 1
  const choices = path.map((node, k) => (k === 0 || k === last ? [node] : around(node, stride, path[last]!)))
  /** Least cost up to each pair of nodes k - 1 and k, by their places among the choices, and which came before. */
  let reached = new Map<number, number>([[0, 0]])
  const cameFrom: Map<number, number>[] = [new Map()]
  for (let k = 0; k < last; k++) {
    if (pace.due()) await pace.rest()
    const next = new Map<number, number>()
    const from = new Map<number, number>()
    const befores = k === 0 ? [path[0]!] : choices[k - 1]!
    for (const [state, spent] of reached) {
      const [b, c] = [Math.floor(state / WIDTH), state % WIDTH]
      const [before, node] = [befores[b]!, choices[k]![c]!]
      for (const [d, to] of choices[k + 1]!.entries()) {
        if (to <= node) continue
        const total = spent + cost(before, node, to)
        const key = c * WIDTH + d
        if (total < (next.get(key) ?? Number.POSITIVE_INFINITY)) {
          next.set(key, total)
          from.set(key, b)
        }
      }
    }
    reached = next
    cameFrom.push(from)
  }
  const [end] = [...reached].sort(([, a], [, b]) => a - b)[0]!
  const best = [path[last]!]
  let [c, d] = [Math.floor(end / WIDTH), end % WIDTH]
  for (let k = last; k > 0; k--) {
    best.push(choices[k - 1]![c]!)
    const b = cameFrom[k]!.get(c * WIDTH + d)!
    ;[c, d] = [b, c]
  }
  return best.reverse()
}

/** More than the choices of a node. */
const WIDTH = 2 * REACH + 2

function around(node: number, stride: number, numSteps: number): readonly number[] {
  const moves = Array.from({ length: 2 * REACH + 1 }, (_, k) => node + (k - REACH) * stride)
  return moves.filter((to) => to > 0 && to < numSteps)
}
