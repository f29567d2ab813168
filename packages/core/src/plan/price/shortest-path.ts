import type { Pace } from '../../pace.ts'

/** Cost of a jump from `i` to `j` when `previous` was evaluated before; `previous` is `i` at the start. */
export type EdgeCost = (previous: number, i: number, j: number) => number

/**
 * Cheapest schedule for every budget at once: dynamic programming over (last two evaluated indices, evaluations).
 *
 * @returns for each budget `[0, ..., T]`, the evaluated indices and the end; `maxBudget` at most T.
 * Cost: T^3 / 6 edge costs and `maxBudget` times as many additions.
 */
export async function shortestPaths(
  numSteps: number,
  maxBudget: number,
  cost: EdgeCost,
  pace: Pace,
): Promise<Map<number, number[]>> {
  const costs = await tabulateCosts(numSteps, cost, pace)
  const states = numSteps * numSteps
  const arrived: Int16Array[] = []
  const paths = new Map<number, number[]>()
  let current = new Float64Array(states).fill(Number.POSITIVE_INFINITY)
  current[0] = 0
  for (let used = 1; used <= maxBudget; used++) {
    const next = new Float64Array(states).fill(Number.POSITIVE_INFINITY)
    const from = new Int16Array(states)
    const end = await advance({ numSteps, used, costs, current, next, from }, pace)
    if (end >= 0) paths.set(used, traceBack(numSteps, end, used, arrived))
    arrived.push(from)
    current = next
  }
  return paths
}

async function tabulateCosts(numSteps: number, cost: EdgeCost, pace: Pace): Promise<Float64Array> {
  const wide = numSteps + 1
  const costs = new Float64Array(numSteps * numSteps * wide)
  for (let i = 0; i < numSteps; i++) {
    for (let p = i === 0 ? 0 : i - 1; p >= 0; p--) {
      if (pace.due()) await pace.rest()
      for (let j = i + 1; j <= numSteps; j++) costs[(p * numSteps + i) * wide + j] = cost(p, i, j)
    }
  }
  return costs
}

/** Costs of reaching every state with one evaluation more. */
interface Layer {
  readonly numSteps: number
  readonly used: number
  readonly costs: Float64Array
  readonly current: Float64Array
  readonly next: Float64Array
  readonly from: Int16Array
}

/** One more evaluation for every state (p, i). Returns the state from which jumping to the end is cheapest, or -1. */
async function advance({ numSteps, used, costs, current, next, from }: Layer, pace: Pace): Promise<number> {
  const wide = numSteps + 1
  let end = -1
  let least = Number.POSITIVE_INFINITY
  for (let i = used - 1; i < numSteps; i++) {
    if (pace.due()) await pace.rest()
    for (let p = i === 0 ? 0 : i - 1; p >= 0; p--) {
      const state = p * numSteps + i
      const spent = current[state]!
      if (spent === Number.POSITIVE_INFINITY) continue
      for (let j = i + 1; j < numSteps; j++) {
        const total = spent + costs[state * wide + j]!
        if (total < next[i * numSteps + j]!) {
          next[i * numSteps + j] = total
          from[i * numSteps + j] = p
        }
      }
      const total = spent + costs[state * wide + numSteps]!
      if (total < least) {
        least = total
        end = state
      }
    }
  }
  return end
}

function traceBack(numSteps: number, end: number, used: number, arrived: readonly Int16Array[]): number[] {
  const path = [numSteps]
  let p = Math.floor(end / numSteps)
  let i = end % numSteps
  for (let layer = used - 2; layer >= 0; layer--) {
    path.push(i)
    const before = arrived[layer]![p * numSteps + i]!
    i = p
    p = before
  }
  path.push(0)
  return path.reverse()
}
