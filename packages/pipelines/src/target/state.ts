import { cusum, type DriftState } from '@fastflow/bandits'
import { JsonField, sameJson } from '@fastflow/core'
import { banditFault } from '../policy/bandit-fault.ts'
import { lastChoice, sharedEvaluations } from './branches.ts'
import { checkBeginning } from './check-beginning.ts'
import { checkRecord, checkTargetState, checkTerms } from './check-terms.ts'
import { lostIn } from './conservative.ts'
import { withLandings } from './early.ts'
import { CONTEXT_SIZE, contextOf, PROJECTED } from './features.ts'
import type { Goal } from './goal.ts'
import { LANDING_PARTS, landingScores } from './landings.ts'
import type { BanditName } from './learner.ts'
import { learnerOf } from './named-learner.ts'
import type { QualityTable } from './quality-table.ts'
import { type DecisionRecord, decisionField, parseRecord } from './record.ts'
import { misses, rewardOf } from './reward.ts'
import type { Outcomes, TargetState, Terms } from './terms.ts'

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

/** @param bandit by default `lin-ucb`. */
export function createTerms(
  goal: Goal,
  arms: readonly number[],
  table: QualityTable | undefined,
  bandit?: BanditName,
): Terms {
  checkBeginning(goal, arms, table)
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

/**
 * Checks a decision from outside that a state of these terms is to learn from.
 *
 * @throws FastFlowError `policy-unreadable` naming the field, also for a decision between other plans.
 */
export function parseUpdate(value: unknown, { arms }: Terms): DecisionRecord {
  const record = parseRecord(value)
  const field = decisionField(value)
  if (!sameJson(record.arms, arms))
    throw field.at('arms').wrong(`is not [${arms}], the evaluations of these plans`)
  const { length } = record.choices[0]!.context
  if (length === CONTEXT_SIZE) return record
  throw field.at('choices').wrong(`has contexts of ${length} entries, not ${CONTEXT_SIZE}`)
}

/** Checks a state from outside. @throws FastFlowError `policy-unreadable` naming the field. */
export function parseState(document: unknown, terms: Terms): TargetState {
  const fresh = initState(terms)
  if (document === undefined) return fresh
  const state = new JsonField(document, {
    code: 'policy-unreadable',
    name: 'target.state',
    prefix: 'target.state.',
    place: 'the learned state of the target is damaged:',
    fix: 'delete it to learn anew',
  })
  state.at('version').oneOf([4])
  const served = state.at('served').whole()
  const taken = state.at('taken').numbers({ whole: true, least: 0, length: fresh.taken.length })
  const online = state.at('online').items(fresh.online.length).map(outcomesOf)
  const drift = state.at('drift').items(LANDING_PARTS).map(driftOf)
  const previous = state.at('previous').number({ least: -1e3, most: 1e3 })
  const alarm = state.at('alarm').value === null ? null : state.at('alarm').whole()
  const learner = learnerFrom(state.at('learner'), terms)
  return { version: 4, served, taken, online, learner, drift, previous, alarm }
}

function outcomesOf(field: JsonField): Outcomes {
  const runs = field.at('runs').whole()
  const most = { least: 0, most: runs }
  return { runs, misses: field.at('misses').whole(most), lost: field.at('lost').number(most) }
}

function driftOf(field: JsonField): DriftState {
  try {
    return detector.parse(field.value)
  } catch (cause) {
    throw banditFault(field, cause)
  }
}

/** The bandit's own state, which has to be one that chooses, too. */
function learnerFrom(field: JsonField, { learner, arms }: Terms): unknown {
  try {
    const state = learner.parse(field.value, arms.length)
    const among = arms.map((_, arm) => arm)
    const blank = contextOf(new Array<number>(PROJECTED).fill(0), 0)
    if (learner.probabilities(state, blank, among).every(Number.isFinite)) return state
  } catch (cause) {
    throw banditFault(field, cause)
  }
  throw field.wrong(`is no state of ${learner.name} that can choose`)
}
