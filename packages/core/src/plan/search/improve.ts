import type { Candidate } from './candidate.ts'
import type { Forecast } from './candidates.ts'
import { movesOf } from './climb.ts'
import type { Ledger } from './ledger.ts'
import type { Found } from './search.ts'
import type { Trial } from './trial.ts'
import { isBetter, type Trials } from './trials.ts'

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
  movesOf: (winner: Trial) => Promise<Candidate[]>,
): Promise<void> {
  const { trials, ledger, runs, firstRound } = options
  const queues = new Map<number, Candidate[]>()
  for (const [nfe, { winner }] of found) queues.set(nfe, await movesOf(winner))
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
        queues.set(nfe, await movesOf(trial))
        failures.set(nfe, 0)
      } else failures.set(nfe, (failures.get(nfe) ?? 0) + 1)
      trials.retain([...found.values()].map(({ winner }) => winner))
      options.onMove(nfe)
    }
  }
}

/** Schedules that differ in one node, moved by one or two; those with the best forecasts first. */
export async function nodeMoves(forecast: Forecast, winner: Trial): Promise<Candidate[]> {
  const paths = winner.path.slice(1, -1).flatMap((_, k) => movesOf(winner.path, k + 1))
  const values = new Map<readonly number[], number>()
  for (const path of paths) values.set(path, await forecast(path))
  return paths
    .sort((a, b) => values.get(b)! - values.get(a)!)
    .map((path) => ({ ...candidateOf(winner), family: 'moved', path }))
}

/** What is to be tried of what has been. */
function candidateOf({ path, mode, parts, response, family }: Candidate): Candidate {
  return { path, mode, parts, response, family }
}

/**
 * Makes the frontier monotone: where a larger budget scores lower, the smaller plan is grown by the node that the recorded
 * runs forecast to help most and walked; if that does not help either (or cannot be afforded), the smaller plan itself stands in.
 */
export async function makeMonotone(
  options: ImproveOptions,
  forecast: Forecast,
  found: Map<number, Found>,
): Promise<void> {
  const budgets = [...found.keys()].sort((a, b) => a - b)
  for (const [k, nfe] of budgets.entries()) {
    const smaller = found.get(budgets[k - 1] ?? -1)
    const holder = found.get(nfe)!
    if (smaller === undefined || !isBetter(smaller.winner, holder.winner)) continue
    const candidate = await grow(forecast, smaller.winner, nfe)
    const grown = await options.trials.attempt(candidate, options.runs, options.ledger.left)
    const better = grown !== undefined && isBetter(grown, smaller.winner) ? grown : smaller.winner
    found.set(nfe, { winner: better, rivals: [...holder.rivals, holder.winner] })
  }
}

/** Adds the nodes that raise the forecast most, one at a time. */
export async function grow(forecast: Forecast, smaller: Candidate, nfe: number): Promise<Candidate> {
  let grown = smaller.path
  while (grown.length <= nfe) {
    const longer = gapsOf(grown).map((node) => [...grown, node].sort((a, b) => a - b))
    const values: number[] = []
    for (const path of longer) values.push(await forecast(path))
    grown = longer[values.indexOf(Math.max(...values))]!
  }
  return { ...candidateOf(smaller), family: 'grown', path: grown }
}

/** Grid indices that a schedule leaves out. */
function gapsOf(path: readonly number[]): number[] {
  return Array.from({ length: path.at(-1)! }, (_, index) => index).filter((index) => !path.includes(index))
}
