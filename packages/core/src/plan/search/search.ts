import { judge } from '../document/quality.ts'
import type { Candidate } from './candidate.ts'
import { distinct } from './candidate.ts'
import type { Ledger } from './ledger.ts'
import type { Trial } from './trial.ts'
import { isBetter, type Trials } from './trials.ts'

/** The best plan found for one budget and everything it was compared with on all runs. */
export interface Found {
  readonly winner: Trial
  readonly rivals: readonly Trial[]
}

export interface SearchOptions {
  readonly trials: Trials
  readonly ledger: Ledger
  readonly budgets: readonly number[]
  /** Candidates of a budget, most promising first, in the light of what the search has walked so far. */
  readonly propose: (nfe: number, walked: readonly Trial[]) => Promise<readonly Candidate[]>
  /** A candidate that takes nothing from the walks, for a budget that did no better than the one before it. */
  readonly otherwise?: (nfe: number) => Promise<Candidate>
  /** Number of calibration runs that candidates are tried with. */
  readonly firstRound: number
  /** Share of the evaluations left that is kept back for fitting and improving the winners. */
  readonly reserve: number
  readonly onBudget: (nfe: number) => void
}

export interface FinishOptions {
  readonly trials: Trials
  readonly ledger: Ledger
  /** Number of calibration runs. */
  readonly runs: number
  readonly onMove: (nfe: number) => void
}

/** Budget shares: with `n` evaluations one walk costs `n - 1`, and small plans gain most from choice. */
const share = (nfe: number): number => Math.sqrt(nfe)

/**
 * Chooses a schedule for every budget on-policy, by walking candidates with the first runs; {@link finishBudgets} takes all.
 *
 * Budgets go from small to large: what the cheap walks show decides what is proposed for the dear ones, where fewer can
 * be afforded. The first budget, whose candidates were proposed before anything was known, has a second turn after the next one.
 */
export async function searchBudgets(options: SearchOptions): Promise<Map<number, Found>> {
  const { ledger, trials, propose, budgets } = options
  const found = new Map<number, Found>()
  const floor = ledger.spent + Math.floor(ledger.left * (1 - options.reserve))
  const turns = [...budgets.slice(0, 2), ...budgets.slice(0, 1), ...budgets.slice(2)]
  for (const [position, nfe] of turns.entries()) {
    const parts = turns.slice(position).reduce((sum, budget) => sum + share(budget), 0)
    const allowance = Math.max(0, floor - ledger.spent) * (share(nfe) / parts)
    const walked = walkedIn(found)
    const again = triedIn(found.get(nfe))
    const round = await firstRound(options, [...(await propose(nfe, walked)), ...again], allowance)
    const smaller = found.get(budgets[budgets.indexOf(nfe) - 1] ?? -1)?.winner
    const [winner, ...rivals] = await reconsider(options, nfe, round, smaller)
    if (winner !== undefined) found.set(nfe, { winner, rivals })
    trials.retain([...found.values()].map(({ winner }) => winner))
    options.onBudget(nfe)
  }
  return found
}

/** Everything a search has walked. */
export function walkedIn(found: ReadonlyMap<number, Found>): Trial[] {
  return [...found.values()].flatMap(triedIn)
}

const triedIn = (found: Found | undefined): Trial[] =>
  found === undefined ? [] : [found.winner, ...found.rivals]

/**
 * Where more evaluations did no better than fewer, what the walks taught has misled the proposals: walks one that does
 * without it too.
 */
async function reconsider(
  { trials, ledger, firstRound: few, otherwise }: SearchOptions,
  nfe: number,
  round: Trial[],
  smaller: Trial | undefined,
): Promise<Trial[]> {
  const [best] = round
  if (otherwise === undefined || best === undefined || smaller === undefined) return round
  if (isBetter(best, smaller)) return round
  const trial = await trials.attempt(await otherwise(nfe), few, ledger.left)
  return trial === undefined ? round : ranked(distinct([...round, trial]), few)
}

/** Walks as many candidates as the allowance bears, the first one at any rate; best first. */
async function firstRound(
  { trials, ledger, firstRound: few }: SearchOptions,
  candidates: readonly Candidate[],
  allowance: number,
): Promise<Trial[]> {
  const until = ledger.spent + allowance
  const round: Trial[] = []
  for (const candidate of candidates) {
    const trial = await trials.attempt(candidate, few, round.length > 0 ? until - ledger.spent : ledger.left)
    if (trial !== undefined) round.push(trial)
  }
  return ranked(round, few)
}

/** Best first, by the first runs. */
function ranked(round: readonly Trial[], few: number): Trial[] {
  return [...round].sort((a, b) => judge(b.scores.slice(0, few)) - judge(a.scores.slice(0, few)))
}

/** After so many budgets in a row at which weights fitted on the way were no better, larger ones keep theirs. */
const patience = 2

/** A schedule this close to the best on the first runs, dB, is walked with all of them too. */
const close = 1

/** Walks the best again with weights fitted on the way, and what is best or close to it with all runs; keeps the best. */
export async function finishBudgets(options: FinishOptions, found: Map<number, Found>): Promise<void> {
  const { trials, ledger, runs, onMove } = options
  const ascending = [...found.keys()].sort((a, b) => a - b)
  const challenge = async (nfe: number, candidate: Candidate): Promise<boolean> => {
    const { winner, rivals } = found.get(nfe)!
    const trial = await trials.attempt(candidate, runs, ledger.left)
    if (trial === undefined) return false
    const better = isBetter(trial, winner)
    found.set(
      nfe,
      better ? { winner: trial, rivals: [...rivals, winner] } : { winner, rivals: [...rivals, trial] },
    )
    onMove(nfe)
    return better
  }
  let lost = 0
  for (const nfe of ascending) {
    if (lost === patience) break
    lost = (await challenge(nfe, { ...found.get(nfe)!.winner, mode: 'fitted' })) ? 0 : lost + 1
  }
  for (const nfe of ascending) {
    const { winner, rivals } = found.get(nfe)!
    const whole = await trials.attempt(winner, runs, ledger.left)
    if (whole === undefined) continue
    found.set(nfe, { winner: whole, rivals })
    const [rival] = rivals.filter((trial) => trial.scores.length < runs && isBetter(trial, winner, -close))
    if (rival !== undefined) await challenge(nfe, rival)
  }
}
