import {
  createRandom,
  type Plan,
  type QualityProxy,
  type Recorder,
  type RgbImage,
  seedLedger,
} from '@fastflow/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { attempt } from '../notes.ts'
import type { Acceleration, RunOptions, Sampled } from '../policy/acceleration.ts'
import type { PolicyPlaces } from '../policy/places.ts'
import { openSharedState } from '../policy/shared-state.ts'
import type { RunKey } from '../task/run.ts'
import { certificateOf, isLearned, type Route } from './choose.ts'
import { landingLogs } from './landings.ts'
import { measureRequest } from './measure-request.ts'
import type { TargetAcceleration } from './options.ts'
import { qualityOf } from './quality.ts'
import { plansDigest } from './quality-table.ts'
import type { DecisionRecord } from './record.ts'
import { replan } from './replan.ts'
import { rewardOf } from './reward.ts'
import { runRequest } from './run-request.ts'
import { initState, parseState, parseUpdate, update } from './state.ts'
import type { TargetState, Terms } from './terms.ts'

/** What a target is served with. */
export interface Session {
  readonly options: TargetAcceleration
  readonly run: RunKey
  readonly places: PolicyPlaces
  readonly frontier: Plan
  readonly terms: Terms
  readonly proxy: QualityProxy | undefined
  /** Fraction of requests that are measured. */
  readonly measure: number
  readonly key: string
  readonly notes: string[]
  /** Whether the plans are ours to replace. */
  readonly mayReplan: boolean
}

/** A request that was served and not yet learned from. */
interface Pending {
  readonly run: RunOptions
  readonly route: Route
  readonly landings: readonly number[]
  readonly measured: boolean
  readonly recorder: Recorder<unknown> | undefined
}

export async function serve(session: Session): Promise<Acceleration> {
  const { options, places, frontier, terms, proxy, notes } = session
  const memory = await openSharedState<TargetState>({
    store: places.store,
    digest: stateDigest(session),
    base: () => initState(terms),
    parse: (document) => parseState(document, terms),
    serialize: (learned) => learned,
    update: (before, line) => update(before, checkRecord(line, session), terms),
    notes,
  })
  let { state } = memory
  let pending: Pending | undefined
  let shadowNfe = 0
  const full = terms.arms.length - 1
  const madeWith = seedLedger(frontier.document.calibration.seeds)
  tell(notes, state, session)
  return {
    notes,
    listens: () => state.alarm !== null && session.mayReplan,
    async sample(runOptions) {
      const random = options.random ?? createRandom((runOptions.seed * 0x9e3779b1 + state.served) >>> 0).next
      // The noises that plans were made with flatter them.
      const drawn = proxy !== undefined && random() < session.measure
      const measured = drawn && !madeWith.has(runOptions.seed)
      const certificate = certificateOf(state, terms)
      const listens = state.alarm !== null && session.mayReplan
      const deciding = { state, terms, certificate, options, frontier, listens, random }
      const { result, route, recorder } = await runRequest(runOptions, deciding)
      if (route === undefined) return result
      const { stats } = result
      // The full run lands everywhere and forecasts nothing.
      const mismatches = route.arm === full ? [] : stats.mismatches
      if (result.status.kind === 'completed')
        pending = { run: runOptions, route, landings: landingLogs(mismatches), measured, recorder }
      const abstained =
        certificate.arm === undefined && !isLearned(state, options) ? certificate.reason : undefined
      const target = qualityOf(state, terms, route.arm, proxy?.version, abstained)
      const plan = frontier.document.plans[route.arm]
      if (plan !== undefined) return { ...result, quality: plan.quality, target } satisfies Sampled
      return { ...result, stats: { ...stats, mismatches }, target }
    },
    document: () => undefined,
    plan: () => frontier.document,
    shadowNfe: () => shadowNfe,
    async save(images) {
      shadowNfe = 0
      if (pending === undefined || images === undefined) return
      const served = pending
      pending = undefined
      const record = await recordOf(session, served, images)
      shadowNfe = record.shadowNfe
      const before = state.alarm
      state = update(state, record, terms)
      await memory.learn(state, record)
      await attempt(notes, 'the decision cannot be logged', () => options.onDecision?.(record))
      if (state.alarm !== before) tell(notes, state, session)
      if (served.recorder !== undefined) {
        await replan(session, { recorder: served.recorder, signal: served.run.signal })
        notes.push(
          'planned anew from one run of the changed model: measure the quality of these plans to accelerate again',
        )
      }
    },
  }
}

/** Names what is learned: it holds for these plans and this target alone. */
function stateDigest({ key, frontier, terms }: Session): string {
  const { goal } = terms
  const fields = [
    'fastflow-target/4',
    key,
    plansDigest(frontier.document),
    goal.metric,
    goal.limit,
    goal.confidence,
    terms.learner.name,
  ]
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(fields))))
}

/** A record of these plans and this target. @throws Error for any other. */
function checkRecord(line: unknown, { key, terms }: Session): DecisionRecord {
  const { goal } = terms
  const record = parseUpdate(line, terms)
  const same = record.key === key && record.metric === goal.metric && record.limit === goal.limit
  if (!same) throw new TypeError('is of other plans or of another target')
  return record
}

/** Measures the request where it is to be, and says what came of it. */
async function recordOf(
  session: Session,
  pending: Pending,
  images: readonly RgbImage[],
): Promise<DecisionRecord> {
  const { options, frontier, terms, proxy, key, notes } = session
  const { goal, arms } = terms
  const { run, route, landings, measured } = pending
  const full = arms.length - 1
  // The next cheaper plan is measured along: that is how a target is relaxed.
  const candidate = route.arm === full ? route.candidate : route.arm
  const compared = [...new Set([candidate, Math.max(0, candidate - 1)])]
  let found: Awaited<ReturnType<typeof measureRequest>> | undefined
  if (measured && proxy)
    await attempt(notes, 'the quality of an image could not be measured', async () => {
      const request = { options: run, arm: route.arm, images, landings }
      found = await measureRequest(request, compared, frontier, proxy)
    })
  const scores = found?.scores ?? []
  const own = scores.find(({ arm }) => arm === route.arm)?.score
  // A full run counts where it was drawn to be measured, though it needs no measuring: else logs would hold too many.
  const ofFull = found?.scores && route.arm === full ? 0 : null
  return {
    format: 'fastflow-decision',
    version: 3,
    key,
    seed: run.seed,
    mode: options.mode ?? 'on',
    arms,
    arm: route.arm,
    propensity: route.propensity,
    choices: route.choices,
    landings,
    metric: goal.metric,
    limit: goal.limit,
    proxy: scores.length > 0 ? proxy!.version : null,
    scores,
    shadowNfe: found?.nfe ?? 0,
    reward: own === undefined ? ofFull : rewardOf(goal, own, arms[route.arm]!, arms[full]!),
  }
}

function tell(notes: string[], state: TargetState, { terms, options }: Session): void {
  if (options.choose === 'learned' && state.alarm === null) return
  const { arm, reason } = certificateOf(state, terms)
  if (arm === undefined) notes.push(`every step is evaluated: ${reason}`)
}
