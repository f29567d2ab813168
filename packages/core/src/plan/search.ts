import type { Candidate } from './candidates.ts'
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
  /** Number of calibration runs, and of those walked in the first round. */
  readonly runs: number
  readonly firstRound: number
  /** Share of the evaluations left that is kept back for improving the winners. */
  readonly reserve: number
  readonly onBudget: (nfe: number) => void
}

/** Budget shares: with `n` evaluations one walk costs `n - 1`, and small plans gain most from choice. */
const share = (nfe: number): number => nfe ** 0.75

/**
 * Chooses a schedule for every budget on-policy: sequential halving over candidates and noises.
 *
 * Candidates are walked with the first runs, the best of them with all. Budgets go from small to large, and which
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
    const ordered = byStanding(candidates.get(nfe)!, standing)
    const round = await firstRound(options, ordered, allowance)
    record(standing, round)
    const result = await finalRound(options, round, allowance)
    if (result !== undefined) found.set(nfe, result)
    trials.retain([...found.values()].map(({ winner }) => winner))
    options.onBudget(nfe)
  }
  return found
}

/** Walks as many candidates as the allowance bears, keeping enough of it to walk the best with all runs. */
async function firstRound(
  { trials, ledger, runs, firstRound: few }: SearchOptions,
  candidates: readonly Candidate[],
  allowance: number,
): Promise<Trial[]> {
  const until = ledger.spent + allowance
  const round: Trial[] = []
  for (const candidate of candidates) {
    const final = (runs - few) * (candidate.path.length - 2)
    const room = until - ledger.spent - (round.length > 0 ? final : 0)
    const trial = await trials.attempt(candidate, few, round.length > 0 ? room : ledger.left)
    if (trial !== undefined) round.push(trial)
  }
  return round.sort((a, b) => judge(b.scores.slice(0, few)) - judge(a.scores.slice(0, few)))
}

/** Walks the best with all runs, and the second best too where that is affordable. */
async function finalRound(
  { trials, ledger, runs }: SearchOptions,
  round: readonly Trial[],
  allowance: number,
): Promise<Found | undefined> {
  const [best, ...others] = round
  if (best === undefined) return undefined
  const winner = (await trials.attempt(best, runs)) ?? best
  const second = others[0] && (await trials.attempt(others[0], runs, Math.min(allowance / 3, ledger.left)))
  if (second === undefined) return { winner, rivals: [] }
  return isBetter(second, winner) ? { winner: second, rivals: [winner] } : { winner, rivals: [second] }
}

const nameOf = ({ family, mode }: Candidate): string => `${family} ${mode}`

/** Notes how far each candidate's family lay from the best one. */
function record(standing: Map<string, number[]>, round: readonly Trial[]): void {
  const common = Math.min(...round.map((trial) => trial.scores.length))
  const scores = round.map((trial) => judge(trial.scores.slice(0, common)))
  const best = Math.max(...scores)
  for (const [k, trial] of round.entries()) {
    standing.set(nameOf(trial), [...(standing.get(nameOf(trial)) ?? []), scores[k]! - best])
  }
}

/** Families that trailed on smaller budgets go last; untried ones are taken to trail by 2 dB and a little per rank. */
function byStanding(
  candidates: readonly Candidate[],
  standing: ReadonlyMap<string, readonly number[]>,
): Candidate[] {
  const expected = candidates.map((candidate, rank) => {
    const known = standing.get(nameOf(candidate)) ?? []
    const prior = -2 - 0.2 * rank
    return { candidate, value: (prior + known.reduce((sum, value) => sum + value, 0)) / (known.length + 1) }
  })
  return expected.sort((a, b) => b.value - a.value).map(({ candidate }) => candidate)
}
