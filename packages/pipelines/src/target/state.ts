import { cusum, type DriftState, type RateCounts } from '@fastflow/bandits'
import { FastFlowError, isRecord } from '@fastflow/core'
import { lastChoice, sharedEvaluations } from './branches.ts'
import { checkArms, checkGoal, checkRecord, checkTable, checkTargetState, checkTerms } from './check-terms.ts'
import { lostIn } from './conservative.ts'
import { withLandings } from './early.ts'
import { LANDING_PARTS, landingScores } from './landings.ts'
import type { BanditName, Learner } from './learner.ts'
import { learnerOf } from './named-learner.ts'
import type { QualityTable } from './quality-table.ts'
import type { DecisionRecord } from './record.ts'
import { type Goal, misses, perfect, rewardOf } from './reward.ts'

/** What was measured of one plan. */
export interface Outcomes extends RateCounts {
  /** Quality lost, summed over the runs: 0 where all equal the full run, at most `runs`. */
  readonly lost: number
}

/** Everything learned while serving. Plain JSON. */
export interface TargetState {
  readonly version: 4
  readonly served: number
  /** Requests each arm was served for since the last alarm. */
  readonly taken: readonly number[]
  /** What was measured of each plan since the last alarm. */
  readonly online: readonly Outcomes[]
  /** State of the bandit. */
  readonly learner: unknown
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
  /** Evaluations that every two arms have in common. */
  readonly shared: readonly (readonly number[])[]
  readonly learner: Learner
}

/** @param bandit by default `lin-ucb`. */
export function createTerms(
  goal: Goal,
  arms: readonly number[],
  table: QualityTable | undefined,
  bandit?: BanditName,
): Terms {
  checkGoal(goal)
  checkArms('arms', arms)
  checkTable(table)
  return { goal, arms, table, shared: sharedEvaluations(arms.length, table), learner: learnerOf(bandit) }
}

export function initState(terms: Terms): TargetState {
  checkTerms(terms)
  const { goal, arms, table, learner } = terms
  const state = learner.init(goal, arms, table)
  return { version: 4, served: 0, ...nothingYet(arms), learner: state, drift: calm, previous: 0, alarm: null }
}

function nothingYet(arms: readonly number[]): Pick<TargetState, 'taken' | 'online'> {
  return { taken: arms.map(() => 0), online: arms.slice(1).map(() => ({ runs: 0, misses: 0, lost: 0 })) }
}

/** Learns from one request. */
export function update(state: TargetState, record: DecisionRecord, terms: Terms): TargetState {
  checkTargetState(state)
  checkRecord(record)
  checkTerms(terms)
  const scores = scoresOf(record, terms.table)
  const updates = state.drift.map((before, part) => {
    const score = scores[part]
    return score === undefined ? { state: before, alarm: undefined } : detector.update(before, score)
  })
  const drift = updates.map((one) => one.state)
  const known = scores.filter((score) => score !== undefined)
  const previous = known.length > 0 ? known.reduce((sum, z) => sum + z, 0) / known.length : state.previous
  const served = state.served + 1
  const learner = teach(state.learner, record, terms)
  const learnt = { ...learn(state, record, terms), learner, served, previous }
  if (updates.every(({ alarm }) => alarm === undefined)) return { ...learnt, drift }
  // What was measured belongs to the model as it was.
  return { ...learnt, ...nothingYet(terms.arms), drift: calm, alarm: served }
}

function learn(state: TargetState, record: DecisionRecord, { goal }: Terms): TargetState {
  const online = state.online.map((counts, arm) => {
    const found = record.scores.find((entry) => entry.arm === arm)
    if (found === undefined) return counts
    return {
      runs: counts.runs + 1,
      misses: counts.misses + (misses(goal, found.score) ? 1 : 0),
      lost: counts.lost + lostIn(goal, found.score),
    }
  })
  const taken = state.taken.map((count, arm) => (arm === record.arm ? count + 1 : count))
  return { ...state, taken, online }
}

/** The bandit learns of every arm that was measured, in the context its last choice would have had. */
function teach(before: unknown, record: DecisionRecord, terms: Terms): unknown {
  const { goal, arms, table, shared, learner } = terms
  const { context: first } = record.choices[0]!
  let state = before
  for (const { arm, score, landings } of record.scores) {
    const context = withLandings(first, table, arm, landings.slice(0, lastChoice(shared, arm) - 1))
    state = learner.update(state, { arm, context, reward: rewardOf(goal, score, arms[arm]!, arms.at(-1)!) })
  }
  // What the full run earns is known; it counts as often as plans do, where it was drawn to be measured.
  const full = arms.length - 1
  if (record.arm !== full || record.reward === null) return state
  return learner.update(state, { arm: full, context: first, reward: record.reward })
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
  if (!isRecord(document) || document.version !== 4) throw unreadable()
  const { taken, online, served, previous, alarm, drift } = document
  const counts = (value: unknown): boolean => Number.isFinite(value) && (value as number) >= 0
  if (!Array.isArray(taken) || taken.length !== fresh.taken.length || !taken.every(counts)) throw unreadable()
  if (!Array.isArray(online) || online.length !== fresh.online.length) throw unreadable()
  if (!online.every((one) => isRecord(one) && [one.runs, one.misses, one.lost].every(counts)))
    throw unreadable()
  if (!Number.isInteger(served) || !Number.isFinite(previous)) throw unreadable()
  if (!Array.isArray(drift) || drift.length !== LANDING_PARTS || !drift.every(isRecord)) throw unreadable()
  if (alarm !== null && !Number.isInteger(alarm)) throw unreadable()
  try {
    const learner = terms.learner.parse(document.learner, terms.arms.length)
    return { ...(document as unknown as TargetState), learner }
  } catch (cause) {
    throw unreadable(cause)
  }
}
