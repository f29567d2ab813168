import { checkShare } from '../check/values.ts'
import type { CalibrateOptions, Settings } from './calibrate/options.ts'
import { keepsAll } from './calibrate/options.ts'
import type { PlanDocument } from './document/document.ts'
import { entriesOf } from './held-out.ts'
import type { PlanTarget } from './price/increments.ts'
import { costOfRun } from './record/record.ts'

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

/** Evaluations of one run that judges plans of so many evaluations. */
function costOfJudging(numSteps: number, target: PlanTarget, nfes: readonly number[]): number {
  return nfes.reduce((sum, nfe) => sum + nfe, costOfRun(numSteps, target))
}

/**
 * What {@link validatePlan} with `certify` would cost for this plan: the held-out runs that its plans lack for `confidence`
 * (0.95 when omitted). Nothing is evaluated.
 *
 * @throws FastFlowError `invalid-argument` for a confidence outside (0, 1).
 */
export function certificateCost(
  { document }: { readonly document: PlanDocument },
  confidence: number = usualConfidence,
): CertificateCost {
  checkShare('confidence', confidence)
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

/** What certifying will cost at most, before anything has been planned; undefined where it is not asked for. */
export function certificateOf<T>(
  options: CalibrateOptions<T>,
  { target, numSteps, budgets, passes }: Pick<Settings<T>, 'target' | 'numSteps' | 'budgets' | 'passes'>,
): CertificateCost | undefined {
  const { certify, start } = options
  if (certify === undefined) return undefined
  checkShare('certify', certify)
  if (start && keepsAll(options)) return certificateCost(start, certify)
  const { plans = [], joint = [] } = start?.document ?? {}
  const nfes = [
    ...budgets,
    // A joint plan makes both passes at one evaluation at least.
    ...passes.map((count) => Math.min(count - 1, numSteps)),
    ...plans.filter(({ budget }) => !budgets.includes(budget)).map(({ nfe }) => nfe),
    ...joint.filter(({ budget }) => !passes.includes(budget)).map(({ nfe }) => nfe),
  ]
  const runs = leastRuns(certify)
  return { confidence: certify, runs, evaluations: runs * costOfJudging(numSteps, target, nfes) }
}
