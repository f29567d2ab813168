import { cusum, type DriftState, type LinearState, type RateCounts } from '@fastflow/bandits'
import { FastFlowError, isRecord } from '@fastflow/core'
import { bandit } from './learner.ts'
import type { QualityTable } from './quality-table.ts'
import type { DecisionRecord } from './record.ts'
import { type Goal, misses, perfect, rewardOf } from './reward.ts'

/** Everything learned while serving. Plain JSON. */
export interface TargetState {
  readonly version: 1
  readonly served: number
  /** What was measured of each plan since the last alarm. */
  readonly online: readonly RateCounts[]
  readonly learner: LinearState
  readonly drift: DriftState
  /** Mismatch of the last request that had one, in standard deviations. */
  readonly previous: number
  /** Requests served when the landings last stopped looking like those measured; null while they do. */
  readonly alarm: number | null
}

/**
 * Mismatches come in standard deviations of the measured runs, so that a change shows from the first request on. A mean
 * shift of 1.5 deviations is found in about 16 requests; a tolerance of half a deviation raised false alarms, since the
 * mean itself is known from some tens of runs alone (docs/decisions/2026-11-25-quality-targets.md).
 */
const detector = cusum({ warmUp: 5, tolerance: 0.75, threshold: 12 })

/** A detector that knows what is normal: mean 0, deviation 1. */
const calm: DriftState = { version: 1, kind: 'cusum', count: 5, mean: 0, squares: 4, up: 0, down: 0 }

/** What a state starts from and is updated by. */
export interface Terms {
  readonly goal: Goal
  /** Evaluations of the plans, increasing, and of the full run. */
  readonly arms: readonly number[]
  readonly table: QualityTable | undefined
  readonly learner: LinearState
}

export function initState({ arms, learner }: Terms): TargetState {
  const online = arms.slice(1).map(() => ({ runs: 0, misses: 0 }))
  return { version: 1, served: 0, online, learner, drift: calm, previous: 0, alarm: null }
}

/** Learns from one request. */
export function update(state: TargetState, record: DecisionRecord, terms: Terms): TargetState {
  const z = standardised(record, terms.table)
  const { state: drift, alarm } =
    z === undefined ? { state: state.drift, alarm: undefined } : detector.update(state.drift, z)
  const served = state.served + 1
  const learnt = { ...learn(state, record, terms), served, previous: z ?? state.previous }
  if (alarm === undefined) return { ...learnt, drift }
  // What was measured belongs to the model as it was.
  return { ...learnt, online: initState(terms).online, drift: calm, alarm: served }
}

function learn(state: TargetState, record: DecisionRecord, { goal, arms }: Terms): TargetState {
  const { scores, context } = record
  const numSteps = arms.at(-1)!
  const online = state.online.map((counts, arm) => {
    const found = scores.find((entry) => entry.arm === arm)
    if (found === undefined) return counts
    return { runs: counts.runs + 1, misses: counts.misses + (misses(goal, found.score) ? 1 : 0) }
  })
  let { learner } = state
  for (const { arm, score } of scores)
    learner = bandit.update(learner, { arm, context, reward: rewardOf(goal, score, arms[arm]!, numSteps) })
  return { ...state, online, learner }
}

/** Mismatch of a plan's landings in standard deviations of the measured runs; undefined where there is no telling. */
function standardised(
  { arm, mismatch }: DecisionRecord,
  table: QualityTable | undefined,
): number | undefined {
  if (mismatch === null || table === undefined) return undefined
  const known = table.runs.map(({ mismatches }) => mismatches[arm] ?? null).filter((value) => value !== null)
  if (known.length < 10) return undefined
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const variance = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1)
  // One wild image is no change of the model: it takes several in a row.
  return variance > 0 ? Math.min(4, Math.max(-4, (mismatch - mean) / Math.sqrt(variance))) : undefined
}

/** The score that the full run has for itself. */
export function perfectScore({ metric }: Goal): number {
  return perfect[metric]
}

/** Checks a state from outside. @throws FastFlowError `policy-unreadable`. */
export function parseState(document: unknown, terms: Terms): TargetState {
  const fresh = initState(terms)
  if (document === undefined) return fresh
  const unreadable = (cause?: unknown): FastFlowError => {
    const message = `the learned state of the target is damaged${cause ? ` (${cause})` : ''}; delete it to learn anew`
    return new FastFlowError({ code: 'policy-unreadable', field: 'target.state', message, cause })
  }
  if (!isRecord(document) || document.version !== 1) throw unreadable()
  const { online, served, previous, alarm, drift } = document
  if (!Array.isArray(online) || online.length !== fresh.online.length) throw unreadable()
  if (!Number.isInteger(served) || !Number.isFinite(previous) || !isRecord(drift)) throw unreadable()
  if (alarm !== null && !Number.isInteger(alarm)) throw unreadable()
  try {
    return { ...(document as unknown as TargetState), learner: bandit.parse(document.learner) }
  } catch (cause) {
    throw unreadable(cause)
  }
}
