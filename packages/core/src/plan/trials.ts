import type { Candidate } from './candidates.ts'
import type { Ledger } from './ledger.ts'
import { judge, psnrOf } from './quality.ts'
import type { FitMode } from './visit.ts'
import type { Walker } from './walker.ts'

/** A candidate that has been walked. Plain data. */
export interface Trial extends Candidate {
  /** PSNR of the first runs, in their order. */
  readonly scores: readonly number[]
  readonly weights: readonly (readonly number[])[]
}

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
  /** Walkers are made when first needed: a resumed calibration may have nothing left to walk. */
  readonly walkerOf: (mode: FitMode) => Promise<Walker>
  /** Evaluations needed before the first walk of a resumed calibration (its runs have to be recorded again). */
  readonly setup: () => number
  readonly ledger: Ledger
  readonly range: number
  readonly known: readonly Trial[]
  readonly onTrial: () => void
}

const keyOf = ({ mode, path }: Candidate): string => `${mode} ${path.join()}`

export function createTrials(options: TrialsOptions): Trials {
  const { ledger, range } = options
  const memory = new Map(options.known.map((trial) => [keyOf(trial), trial]))
  const walkers = new Map<FitMode, Walker>()

  const cost = ({ mode, path }: Candidate, count: number): number => {
    const walker = walkers.get(mode)
    // The first evaluation of every walk is the recorded one.
    return options.setup() + (walker?.cost(path, count) ?? count * (path.length - 2))
  }

  return {
    cost: (candidate, count) =>
      (memory.get(keyOf(candidate))?.scores.length ?? 0) >= count ? 0 : cost(candidate, count),
    attempt: async (candidate, count, allowance = ledger.left) => {
      const known = memory.get(keyOf(candidate))
      if (known !== undefined && known.scores.length >= count) return { ...known, ...candidate }
      if (cost(candidate, count) > Math.min(allowance, ledger.left)) return undefined
      const walker = walkers.get(candidate.mode) ?? (await options.walkerOf(candidate.mode))
      walkers.set(candidate.mode, walker)
      const errors = await walker.walk(candidate.path, count)
      const scores = errors.map((mse) => psnrOf(mse, range))
      const trial: Trial = { ...candidate, scores, weights: walker.weights(candidate.path) }
      memory.set(keyOf(candidate), trial)
      options.onTrial()
      return trial
    },
    get done() {
      return [...memory.values()]
    },
    retain: (candidates) => {
      for (const [mode, walker] of walkers) {
        walker.retain(candidates.filter((candidate) => candidate.mode === mode).map(({ path }) => path))
      }
    },
  }
}

/** Whether `challenger` did better than `holder` on the runs both were walked with. */
export function isBetter(challenger: Trial, holder: Trial, margin = 0): boolean {
  const common = Math.min(challenger.scores.length, holder.scores.length)
  return judge(challenger.scores.slice(0, common)) > judge(holder.scores.slice(0, common)) + margin
}
