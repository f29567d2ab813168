import { isRecord, type SkipPolicy } from '@fastflow/core'
import type { PaperState } from './paper-state.ts'

/** What a jump of the paper's policy came to: step, arm that was chosen there, mean squared error at the landing. */
type Landing = readonly [step: number, arm: number, mismatch: number]

/** What one run taught, whatever else has been learned meanwhile. Plain JSON. */
export interface PaperRun {
  readonly format: 'fastflow-paper-run'
  readonly version: 1
  /** Counts how often what was learned was replaced: runs of before count no more. */
  readonly epoch: number
  /** Price of an evaluation it learned with, or found out; null where it is not known yet. */
  readonly mu: number | null
  readonly landings: readonly Landing[]
}

/** The policy, which notes what it learns. */
export function recording(policy: SkipPolicy<PaperState>, landings: Landing[]): SkipPolicy<PaperState> {
  return {
    ...policy,
    observe(state, feedback) {
      const { pending, mu } = state
      if (mu !== null && pending !== null && pending.step === feedback.from)
        landings.push([pending.step, pending.arm, feedback.mismatch])
      return policy.observe(state, feedback)
    },
  }
}

/** The state after a run that was learned from elsewhere; in terms of the first price that was found. */
export function replay(policy: SkipPolicy<PaperState>, before: PaperState, run: PaperRun): PaperState {
  let state: PaperState = { ...before, mu: before.mu ?? run.mu }
  for (const [step, arm, mismatch] of run.landings) {
    const skipped = state.arms[arm]!
    state = { ...state, pending: { step, arm, propensity: 1 } }
    state = policy.observe(state, { from: step, to: step + 1 + skipped, skipped, mismatch })
  }
  return policy.finish({ ...state, calibration: null, pending: null }, { completed: true, nfe: 0 })
}

/** Checks a run from outside. @throws TypeError saying what is wrong with it. */
export function parsePaperRun(value: unknown, { bandits }: PaperState): PaperRun {
  if (!isRecord(value) || value.format !== 'fastflow-paper-run' || value.version !== 1)
    throw new TypeError('is no run of the paper policy')
  const { epoch, mu, landings } = value
  if (!Number.isSafeInteger(epoch) || (epoch as number) < 0) throw new TypeError('has a damaged epoch')
  if (mu !== null && !(typeof mu === 'number' && mu > 0 && Number.isFinite(mu)))
    throw new TypeError('has a damaged price')
  const isLanding = (landing: unknown): boolean => {
    if (!Array.isArray(landing) || landing.length !== 3) return false
    const [step, arm, mismatch] = landing
    const arms = Number.isInteger(step) ? (bandits[step]?.arms ?? 0) : 0
    return Number.isInteger(arm) && arm >= 0 && arm < arms && Number.isFinite(mismatch) && mismatch >= 0
  }
  if (!Array.isArray(landings) || !landings.every(isLanding)) throw new TypeError('has damaged landings')
  if (mu === null && landings.length > 0) throw new TypeError('has landings without a price')
  return value as unknown as PaperRun
}
