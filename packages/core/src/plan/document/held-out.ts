import { FastFlowError } from '../../errors.ts'
import type { PlanDocument, PlanEntry } from './document.ts'
import type { PlanQuality } from './quality.ts'
import { summarise } from './quality.ts'
import { seedLedger, type UsedSeeds } from './seeds.ts'

/** How plans did on one run that had no part in making them. */
export interface HeldOutRun {
  readonly seed: number
  /** PSNR of every plan, joint ones last, rounded down: a plan must not pass by rounding. */
  readonly scores: readonly number[]
}

/** All plans of a document, joint ones last. */
export function entriesOf({
  plans,
  joint = [],
}: Pick<PlanDocument, 'plans' | 'joint'>): readonly PlanEntry[] {
  return [...plans, ...joint]
}

/** Adds runs to the scores of every plan, and their seeds to those that have judged. */
export function withRuns(document: PlanDocument, runs: readonly HeldOutRun[]): PlanDocument {
  const { plans, joint, calibration } = document
  const seeds = runs.map(({ seed }) => seed)
  const judged = (entry: PlanEntry, k: number): PlanEntry =>
    withScores(
      entry,
      [...entry.scoredOn, ...seeds],
      [...entry.scores, ...runs.map(({ scores }) => scores[k]!)],
    )
  return {
    ...document,
    calibration: { ...calibration, heldOut: seedLedger().take([...calibration.heldOut, ...seeds]) },
    plans: plans.map(judged),
    ...(joint && { joint: joint.map((entry, k) => judged(entry, plans.length + k)) }),
  }
}

/** A plan that is kept beside new ones: runs that chose or fitted those are held out no more. */
export function without(entry: PlanEntry, used: UsedSeeds): PlanEntry {
  const left = [...entry.scoredOn.keys()].filter((k) => !used.has(entry.scoredOn[k]!))
  if (left.length === entry.scoredOn.length) return entry
  return withScores(
    entry,
    left.map((k) => entry.scoredOn[k]!),
    left.map((k) => entry.scores[k]!),
  )
}

function withScores(entry: PlanEntry, scoredOn: readonly number[], scores: readonly number[]): PlanEntry {
  return { ...entry, scores, scoredOn, quality: summarise(scores, 'held-out') }
}

/**
 * What a document of any version says of held-out runs, as the newest one says it. Before version 4 runs that had chosen and
 * fitted the plans counted among them, and no document says which: of such a one the estimates stay, and nothing is
 * certified until {@link validatePlan} has added runs.
 *
 * @throws FastFlowError `policy-unreadable` where a run counts twice, or chose or fitted what it judges.
 */
export function readHeldOut(
  document: Omit<PlanDocument, 'version'> & { readonly version: number },
): PlanDocument {
  const { calibration, plans, joint } = document
  if (document.version < 4) {
    return {
      ...document,
      version: 4,
      calibration: { ...calibration, heldOut: [] },
      plans: plans.map(unjudged),
      ...(joint && { joint: joint.map(unjudged) }),
    }
  }
  checkJudges(calibration.heldOut, 'calibration.heldOut', calibration.seeds)
  for (const [name, entries] of Object.entries({ plans, joint: joint ?? [] }))
    for (const [k, entry] of entries.entries()) checkEntry(entry, `${name}[${k}]`, calibration.seeds)
  return { ...document, version: 4, plans: plans.map(summed), ...(joint && { joint: joint.map(summed) }) }
}

/** Figures of held-out runs are what their scores say, whatever the document says of them. */
function summed(entry: PlanEntry): PlanEntry {
  return entry.scores.length === 0 ? entry : withScores(entry, entry.scoredOn, entry.scores)
}

function unjudged(entry: PlanEntry): PlanEntry {
  const { basis } = entry.quality
  const quality: PlanQuality = { ...entry.quality, basis: basis === 'held-out' ? 'leave-one-out' : basis }
  return { ...entry, scores: [], scoredOn: [], quality }
}

function checkEntry(entry: PlanEntry, field: string, seeds: readonly number[]): void {
  const { scores, scoredOn, quality } = entry
  checkJudges(scoredOn, `${field}.scoredOn`, seeds)
  if (scoredOn.length !== scores.length)
    throw refusal(`${field}.scoredOn`, `${scoredOn.length} seeds of ${scores.length} scores`)
  if (scores.length === 0 && quality.basis === 'held-out')
    throw refusal(`${field}.quality`, 'held-out figures, and no held-out run has judged the plan')
}

/** Runs that judge: whole numbers, each noise once, none of those that planned. */
function checkJudges(judges: unknown, field: string, seeds: readonly number[]): void {
  if (!Array.isArray(judges) || !judges.every(Number.isInteger)) throw refusal(field, 'not a list of seeds')
  const ledger = seedLedger(seeds)
  const seen = judges.find((seed) => ledger.has(seed))
  if (seen !== undefined)
    throw refusal(field, `the run of seed ${seen} chose or fitted plans, so it cannot judge one`)
  if (ledger.take(judges).length < judges.length)
    throw refusal(field, 'a seed is in it twice, so one run would count as two')
}

function refusal(field: string, what: string): FastFlowError {
  const message = `${field}: ${what}; calibrate again, or validate the plan anew`
  return new FastFlowError({ code: 'policy-unreadable', field, message })
}
