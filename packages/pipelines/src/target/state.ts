import { cusum, type DriftState, type LinearState, type RateCounts } from '@fastflow/bandits'
import { FastFlowError, isRecord } from '@fastflow/core'
import { LANDING_PARTS, landingScores } from './landings.ts'
import { bandit } from './learner.ts'
import type { QualityTable } from './quality-table.ts'
import type { DecisionRecord } from './record.ts'
import { type Goal, misses, perfect, rewardOf } from './reward.ts'

/** Everything learned while serving. Plain JSON. */
export interface TargetState {
  readonly version: 2
  readonly served: number
  /** What was measured of each plan since the last alarm. */
  readonly online: readonly RateCounts[]
  readonly learner: LinearState
  /** One detector for each part of the trajectory. */
  readonly drift: readonly DriftState[]
  /** Landings of the last request that had any, in standard deviations, over all parts. */
  readonly previous: number
  /** Requests served when the landings last stopped looking like those measured; null while they do. */
  readonly alarm: number | null
}

/**
 * Landings come in standard deviations of the measured runs, so that a change shows from the first request on. A part of
 * the trajectory that moved by three deviations is found in nine requests. A tolerance below a whole deviation raised false
 * alarms, since mean and deviation are themselves known from some tens of runs alone
 * (docs/decisions/2026-11-25-quality-targets.md).
 */
const detector = cusum({ warmUp: 5, tolerance: 1, threshold: 18 })

/** Detectors that know what is normal: mean 0, deviation 1. */
const calm: readonly DriftState[] = Array.from({ length: LANDING_PARTS }, () => ({
  version: 1,
  kind: 'cusum',
  count: 5,
  mean: 0,
  squares: 4,
  up: 0,
  down: 0,
}))

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
  return { version: 2, served: 0, online, learner, drift: calm, previous: 0, alarm: null }
}

/** Learns from one request. */
export function update(state: TargetState, record: DecisionRecord, terms: Terms): TargetState {
  const scores = scoresOf(record, terms.table)
  const updates = state.drift.map((before, part) => {
    const score = scores[part]
    return score === undefined ? { state: before, alarm: undefined } : detector.update(before, score)
  })
  const drift = updates.map((one) => one.state)
  const known = scores.filter((score) => score !== undefined)
  const previous = known.length > 0 ? known.reduce((sum, z) => sum + z, 0) / known.length : state.previous
  const served = state.served + 1
  const learnt = { ...learn(state, record, terms), served, previous }
  if (updates.every(({ alarm }) => alarm === undefined)) return { ...learnt, drift }
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

/** The landings of a request, part by part, in standard deviations of the measured runs. */
function scoresOf(
  { arm, landings }: DecisionRecord,
  table: QualityTable | undefined,
): readonly (number | undefined)[] {
  if (table === undefined) return []
  return landingScores(
    landings,
    table.runs.flatMap((run) => (run.landings[arm] === undefined ? [] : [run.landings[arm]])),
  )
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
  if (!isRecord(document) || document.version !== 2) throw unreadable()
  const { online, served, previous, alarm, drift } = document
  if (!Array.isArray(online) || online.length !== fresh.online.length) throw unreadable()
  if (!Number.isInteger(served) || !Number.isFinite(previous)) throw unreadable()
  if (!Array.isArray(drift) || drift.length !== LANDING_PARTS || !drift.every(isRecord)) throw unreadable()
  if (alarm !== null && !Number.isInteger(alarm)) throw unreadable()
  try {
    return { ...(document as unknown as TargetState), learner: bandit.parse(document.learner) }
  } catch (cause) {
    throw unreadable(cause)
  }
}
