import { shown } from '../../check/shown.ts'
import { checkShare } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import { isRecord } from '../../json/json.ts'
import type { PlanTarget } from '../price/increments.ts'
import { costOfRun } from '../record/record.ts'
import type { PlanDocument } from './document.ts'
import { entriesOf } from './held-out.ts'
import { mostRuns } from './seeds.ts'

/** What it takes to certify plans. */
export interface CertificateCost {
  /** Share of runs that certified plans are to reach their fidelity in. */
  readonly confidence: number
  /** Held-out runs to make. */
  readonly runs: number
  /** Evaluations these take at most: a full run and one run of every plan each. */
  readonly evaluations: number
}

/** What plans are certified for where nothing is said. */
export const usualConfidence = 0.95

/** Fewest held-out runs that can certify anything: all of them have to succeed then. 9 for 0.9, 19 for 0.95, 99 for 0.99. */
export function leastRuns(confidence: number): number {
  return Math.ceil(confidence / (1 - confidence) - 1e-9)
}

/** A share of images that so many runs as can be made certify. @throws FastFlowError `invalid-argument`. */
export function checkConfidence(field: string, confidence: unknown): number {
  const runs = leastRuns(checkShare(field, confidence))
  if (runs <= mostRuns) return confidence as number
  const most = (mostRuns / (mostRuns + 1)).toFixed(8)
  throw invalidArgument(
    field,
    `${shown(confidence)} takes ${runs} held-out runs, more than can be made; pass at most ${most}`,
  )
}

/** Evaluations of one run that judges plans of so many evaluations. */
export function costOfJudging(numSteps: number, target: PlanTarget, nfes: readonly number[]): number {
  return nfes.reduce((sum, nfe) => sum + nfe, costOfRun(numSteps, target))
}

/**
 * What {@link validatePlan} with `certify` would cost for this plan: the held-out runs that its plans lack for `confidence`
 * (0.95 when omitted). Nothing is evaluated.
 *
 * @throws FastFlowError `invalid-argument` for a confidence outside (0, 1).
 */
export function certificateCost(
  plan: { readonly document: PlanDocument },
  confidence: number = usualConfidence,
): CertificateCost {
  if (!isRecord(plan) || !isRecord(plan.document))
    throw invalidArgument('plan', `${shown(plan)} is not a plan; pass what calibrate or parsePlan returned`)
  const { document } = plan
  checkConfidence('confidence', confidence)
  const entries = entriesOf(document)
  const least = Math.min(...entries.map(({ scoredOn }) => scoredOn.length))
  const runs = Math.max(0, leastRuns(confidence) - least)
  const { schedule, target } = document.key
  const one = costOfJudging(
    schedule.sigmas.length - 1,
    target,
    entries.map(({ nfe }) => nfe),
  )
  return { confidence, runs, evaluations: runs * one }
}
