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
  checkSeeds(calibration.heldOut, 'calibration.heldOut')
  for (const [name, entries] of Object.entries({ plans, joint: joint ?? [] }))
    for (const [k, entry] of entries.entries()) checkEntry(entry, `${name}[${k}]`, calibration.seeds)
  return { ...document, version: 4 }
}

function unjudged(entry: PlanEntry): PlanEntry {
  const { basis } = entry.quality
  const quality: PlanQuality = { ...entry.quality, basis: basis === 'held-out' ? 'leave-one-out' : basis }
  return { ...entry, scores: [], scoredOn: [], quality }
}

function checkEntry({ scores, scoredOn }: PlanEntry, field: string, seeds: readonly number[]): void {
  checkSeeds(scoredOn, `${field}.scoredOn`)
  if (scoredOn.length !== scores.length)
    throw refusal(`${field}.scoredOn`, `${scoredOn.length} seeds of ${scores.length} scores`)
  const ledger = seedLedger(seeds)
  const seen = scoredOn.find((seed) => ledger.has(seed))
  if (seen !== undefined)
    throw refusal(
      `${field}.scoredOn`,
      `the run of seed ${seen} chose or fitted plans, so it cannot judge one`,
    )
  if (ledger.take(scoredOn).length < scoredOn.length)
    throw refusal(`${field}.scoredOn`, 'a seed is in it twice, so one run would count as two')
}

function checkSeeds(seeds: unknown, field: string): void {
  if (Array.isArray(seeds) && seeds.every((seed) => Number.isFinite(seed))) return
  throw refusal(field, 'not a list of seeds')
}

function refusal(field: string, what: string): FastFlowError {
  const message = `${field}: ${what}; calibrate again, or validate the plan anew`
  return new FastFlowError({ code: 'policy-unreadable', field, message })
}
