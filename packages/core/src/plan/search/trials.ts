import { judge, psnrOf } from '../document/quality.ts'
import type { Candidate, Weighting } from './candidate.ts'
import { kindOf, nameOf } from './candidate.ts'
import type { Ledger } from './ledger.ts'
import type { Trial } from './trial.ts'
import type { Walker } from './walker.ts'

/** Walks candidates, remembers what came out, and stays within the evaluations it may make. */
export interface Trials {
  /** Result of walking `candidate` with the first `count` runs; undefined when that is not affordable. */
  attempt(candidate: Candidate, count: number, allowance?: number): Promise<Trial | undefined>
  /** Evaluations an attempt would make. */
  cost(candidate: Candidate, count: number): number
  /** Everything walked so far, for a checkpoint. */
  readonly done: readonly Trial[]
  /** Frees latents of everything but these candidates. */
  retain(candidates: readonly Candidate[]): void
}

export interface TrialsOptions {
  /** Calibration runs there are; candidates whose weights are fitted on the way are walked with all of them. */
  readonly runs: number
  /** Walkers are made when first needed: a resumed calibration may have nothing left to walk. */
  readonly walkerOf: (weighting: Weighting) => Promise<Walker>
  /** Evaluations needed before the first walk of a resumed calibration (its runs have to be recorded again). */
  readonly setup: () => number
  readonly ledger: Ledger
  readonly range: number
  readonly known: readonly Trial[]
  readonly onTrial: () => void
}

export function createTrials(options: TrialsOptions): Trials {
  const { ledger, range } = options
  // Scores of the first runs change a little with the runs that the last jump is fitted on, so each number of them is kept.
  const memory = new Map<string, Trial[]>()
  const remember = (trial: Trial): void => {
    memory.set(nameOf(trial), [...(memory.get(nameOf(trial)) ?? []), trial])
  }
  for (const trial of options.known) remember(trial)
  const recall = (candidate: Candidate, count: number): Trial | undefined => {
    const known = memory.get(nameOf(candidate)) ?? []
    return (
      known.find(({ scores }) => scores.length === count) ?? known.find(({ scores }) => scores.length > count)
    )
  }
  const walkers = new Map<string, Walker>()

  const countOf = ({ mode }: Candidate, count: number): number => (mode === 'fitted' ? options.runs : count)

  const cost = (candidate: Candidate, wanted: number): number => {
    const count = countOf(candidate, wanted)
    const walker = walkers.get(kindOf(candidate))
    // The first evaluation of every walk is the recorded one.
    return options.setup() + (walker?.cost(candidate, count) ?? count * (candidate.path.length - 2))
  }

  return {
    cost: (candidate, count) => (recall(candidate, count) === undefined ? cost(candidate, count) : 0),
    attempt: async (candidate, wanted, allowance = ledger.left) => {
      const count = countOf(candidate, wanted)
      const known = recall(candidate, count)
      // No more scores than asked for: a resumed calibration then decides as an uninterrupted one does.
      if (known !== undefined)
        return { ...known, family: candidate.family, scores: known.scores.slice(0, count) }
      if (cost(candidate, count) > Math.min(allowance, ledger.left)) return undefined
      const walker = walkers.get(kindOf(candidate)) ?? (await options.walkerOf(candidate))
      walkers.set(kindOf(candidate), walker)
      const { errors, ...jumps } = await walker.walk(candidate, count)
      const scores = errors.map((mse) => psnrOf(mse, range))
      const trial: Trial = { ...candidate, scores, ...jumps }
      remember(trial)
      options.onTrial()
      return trial
    },
    get done() {
      return [...memory.values()].flat()
    },
    retain: (candidates) => {
      for (const [kind, walker] of walkers) {
        walker.retain(candidates.filter((candidate) => kindOf(candidate) === kind))
      }
    },
  }
}

/** Whether `challenger` did better than `holder` on the runs both were walked with. */
export function isBetter(challenger: Trial, holder: Trial, margin = 0): boolean {
  const common = Math.min(challenger.scores.length, holder.scores.length)
  return judge(challenger.scores.slice(0, common)) > judge(holder.scores.slice(0, common)) + margin
}
