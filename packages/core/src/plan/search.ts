import { type Candidate, distinct } from './candidates.ts'
import type { Ledger } from './ledger.ts'
import { judge } from './quality.ts'
import { isBetter, type Trial, type Trials } from './trials.ts'

/** The best plan found for one budget and everything it was compared with on all runs. */
export interface Found {
  readonly winner: Trial
  readonly rivals: readonly Trial[]
}

export interface SearchOptions {
  readonly trials: Trials
  readonly ledger: Ledger
  readonly candidates: ReadonlyMap<number, readonly Candidate[]>
  /** Number of calibration runs that candidates are tried with. */
  readonly firstRound: number
  /** Share of the evaluations left that is kept back for fitting and improving the winners. */
  readonly reserve: number
  readonly onBudget: (nfe: number) => void
}

export interface FitWinnersOptions {
  readonly trials: Trials
  readonly ledger: Ledger
  /** Number of calibration runs. */
  readonly runs: number
  readonly onMove: (nfe: number) => void
}

/** Budget shares: with `n` evaluations one walk costs `n - 1`, and small plans gain most from choice. */
const share = (nfe: number): number => nfe ** 0.75

/**
 * Chooses a schedule for every budget on-policy, by walking candidates with the first runs; {@link fitWinners} takes all.
 *
 * Budgets go from small to large, and which
 * family did well on the cheap ones decides the order on the dear ones, where fewer can be afforded.
 */
export async function searchBudgets(options: SearchOptions): Promise<Map<number, Found>> {
  const { ledger, candidates, trials } = options
  const found = new Map<number, Found>()
  const standing = new Map<string, number[]>()
  const floor = ledger.spent + Math.floor(ledger.left * (1 - options.reserve))
  const budgets = [...candidates.keys()].sort((a, b) => a - b)
  for (const [position, nfe] of budgets.entries()) {
    const rest = budgets.slice(position)
    const parts = rest.reduce((sum, budget) => sum + share(budget), 0)
    const allowance = Math.max(0, floor - ledger.spent) * (share(nfe) / parts)
    const proposed = candidates.get(nfe)!
    // What does well on small budgets need not on large ones: the likeliest there comes first all the same.
    const ordered = distinct([...proposed.slice(0, 1), ...byStanding(proposed, standing)])
    const round = await firstRound(options, ordered, allowance)
    record(standing, round)
    const [winner, ...rivals] = round
    if (winner !== undefined) found.set(nfe, { winner, rivals })
    trials.retain([...found.values()].map(({ winner }) => winner))
    options.onBudget(nfe)
  }
  return found
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
  return round.sort((a, b) => judge(b.scores.slice(0, few)) - judge(a.scores.slice(0, few)))
}

/** Walks the best again with its weights fitted on the way, on all runs, and keeps what is better. */
export async function fitWinners(
  { trials, ledger, runs, onMove }: FitWinnersOptions,
  found: Map<number, Found>,
): Promise<void> {
  for (const [nfe, { winner, rivals }] of [...found].sort(([a], [b]) => a - b)) {
    const fitted = await trials.attempt({ ...winner, mode: 'fitted' }, runs, ledger.left)
    if (fitted === undefined) continue
    const [better, other] = isBetter(fitted, winner) ? [fitted, winner] : [winner, fitted]
    found.set(nfe, { winner: better, rivals: [...rivals, other] })
    onMove(nfe)
  }
}

const kindOf = ({ family, mode, parts }: Candidate): string => `${family} ${mode} ${parts}`

/** Notes how far each candidate's family lay from the best one. */
function record(standing: Map<string, number[]>, round: readonly Trial[]): void {
  const common = Math.min(...round.map((trial) => trial.scores.length))
  const scores = round.map((trial) => judge(trial.scores.slice(0, common)))
  const best = Math.max(...scores)
  for (const [k, trial] of round.entries()) {
    standing.set(kindOf(trial), [...(standing.get(kindOf(trial)) ?? []), scores[k]! - best])
  }
}

/** Families that trailed on smaller budgets go last; untried ones are taken to trail by 2 dB and a little per rank. */
function byStanding(
  candidates: readonly Candidate[],
  standing: ReadonlyMap<string, readonly number[]>,
): Candidate[] {
  const expected = candidates.map((candidate, rank) => {
    const known = standing.get(kindOf(candidate)) ?? []
    const prior = -2 - 0.2 * rank
    return { candidate, value: (prior + known.reduce((sum, value) => sum + value, 0)) / (known.length + 1) }
  })
  return expected.sort((a, b) => b.value - a.value).map(({ candidate }) => candidate)
}
