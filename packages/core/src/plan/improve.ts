import { type Candidate, roughCost } from './candidates.ts'
import type { EdgeErrors } from './edges.ts'
import type { Ledger } from './ledger.ts'
import type { Found } from './search.ts'
import { isBetter, type Trial, type Trials } from './trials.ts'

export interface ImproveOptions {
  readonly trials: Trials
  readonly ledger: Ledger
  readonly runs: number
  readonly firstRound: number
  readonly onMove: (nfe: number) => void
}

/** A gain smaller than this on the first runs is not worth walking the others for; dB. */
const margin = 0.2

/** Moves a budget may try without gain before the others get their turn for good. */
const patience = 6

/**
 * Spends what is left of the evaluations on the winners: walks plans that differ in one move, keeps them if they are better.
 * Budgets take turns. Moves that come late in a schedule cost few evaluations, since the walk up to them is shared.
 *
 * @param movesOf plans near a winner, likeliest first
 */
export async function improveLocally(
  options: ImproveOptions,
  found: Map<number, Found>,
  movesOf: (winner: Trial) => Candidate[],
): Promise<void> {
  const { trials, ledger, runs, firstRound } = options
  const queues = new Map([...found].map(([nfe, { winner }]) => [nfe, movesOf(winner)]))
  const failures = new Map<number, number>()
  while (queues.size > 0 && ledger.left > 0) {
    for (const [nfe, queue] of queues) {
      const move = queue.shift()
      if (move === undefined || (failures.get(nfe) ?? 0) >= patience) {
        queues.delete(nfe)
        continue
      }
      const holder = found.get(nfe)!
      const first = await trials.attempt(move, firstRound, ledger.left)
      const hopeful = first !== undefined && isBetter(first, holder.winner, margin)
      const trial = hopeful ? await trials.attempt(move, runs, ledger.left) : undefined
      if (trial !== undefined && isBetter(trial, holder.winner, margin)) {
        found.set(nfe, { winner: trial, rivals: [...holder.rivals, holder.winner] })
        queues.set(nfe, movesOf(trial))
        failures.set(nfe, 0)
      } else failures.set(nfe, (failures.get(nfe) ?? 0) + 1)
      trials.retain([...found.values()].map(({ winner }) => winner))
      options.onMove(nfe)
    }
  }
}

/** Schedules that differ in one node, moved by one or two; those that the recorded runs find cheapest first. */
export function nodeMoves(edges: EdgeErrors, { path, mode, parts }: Trial): Candidate[] {
  const moves: Candidate[] = []
  for (let m = 1; m + 1 < path.length; m++) {
    for (const shift of [-1, 1, -2, 2]) {
      const node = path[m]! + shift
      if (node <= path[m - 1]! || node >= path[m + 1]!) continue
      moves.push({ family: 'moved', mode, parts, path: path.map((index, k) => (k === m ? node : index)) })
    }
  }
  const costs = new Map(moves.map((move) => [move, roughCost(edges, move.path)]))
  return moves.sort((a, b) => costs.get(a)! - costs.get(b)!)
}

/**
 * Makes the frontier monotone: where a larger budget scores lower, the smaller plan is grown by the node that the recorded
 * runs find best and walked; if that does not help either (or cannot be afforded), the smaller plan itself stands in.
 */
export async function makeMonotone(
  options: ImproveOptions,
  edges: EdgeErrors,
  found: Map<number, Found>,
): Promise<void> {
  const budgets = [...found.keys()].sort((a, b) => a - b)
  for (const [k, nfe] of budgets.entries()) {
    const smaller = found.get(budgets[k - 1] ?? -1)
    const holder = found.get(nfe)!
    if (smaller === undefined || !isBetter(smaller.winner, holder.winner)) continue
    const candidate = grow(edges, smaller.winner, nfe)
    const grown = await options.trials.attempt(candidate, options.runs, options.ledger.left)
    const better = grown !== undefined && isBetter(grown, smaller.winner) ? grown : smaller.winner
    found.set(nfe, { winner: better, rivals: [...holder.rivals, holder.winner] })
  }
}

/** Adds the nodes that lower the rough cost most, one at a time. */
export function grow(edges: EdgeErrors, { path, mode, parts }: Candidate, nfe: number): Candidate {
  let grown = [...path]
  while (grown.length <= nfe) {
    let best: number[] | undefined
    let least = Number.POSITIVE_INFINITY
    for (let index = 1; index < edges.numSteps; index++) {
      if (grown.includes(index)) continue
      const longer = [...grown, index].sort((a, b) => a - b)
      const cost = roughCost(edges, longer)
      if (cost < least) {
        least = cost
        best = longer
      }
    }
    if (best === undefined) break
    grown = best
  }
  return { family: 'grown', mode, parts, path: grown }
}
