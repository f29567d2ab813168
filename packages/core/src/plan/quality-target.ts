import { checkOptions, type OptionNames } from '../check/options.ts'
import { shown } from '../check/shown.ts'
import { checkShare } from '../check/values.ts'
import { invalidArgument } from '../errors.ts'
import type { SkipPolicy } from '../policy/policy.ts'
import type { PlanDocument, PlanEntry } from './document.ts'
import { passesOf } from './plan-policy.ts'
import { quantile } from './quality.ts'

export interface QualityTarget {
  /** Least PSNR to the plan's target solution, dB. */
  readonly psnr: number
  /** Share of runs that have to reach it, in (0, 1). Default 0.95. */
  readonly confidence?: number
}

const names: OptionNames<QualityTarget> = { psnr: true, confidence: true }

/** What to run for a quality target. */
export interface PlanChoice {
  readonly policy: SkipPolicy<undefined>
  /** The plan behind the policy; undefined for the full run. */
  readonly entry: PlanEntry | undefined
  /** Evaluations of the policy; the number of grid steps for the full run. */
  readonly nfe: number
  /** `planned`, or why the full run is returned. */
  readonly kind: 'planned' | 'too-few-runs' | 'out-of-reach' | 'beyond-floor'
  /** One sentence, with figures and what to do. */
  readonly reason: string
}

/**
 * The cheapest plan that `confidence` of new runs follow to at least `psnr`, certified on held-out calibration runs.
 *
 * Plans are ordered by their network passes. A run fails at a budget when it misses the target there or at any larger budget. With k of n runs failing, a plan
 * qualifies when `(k + 1) / (n + 1) <= 1 - confidence`: conformal risk control for a monotone loss (Angelopoulos et
 * al. 2022, theorem 1), for a single plan the split-conformal bound. The promise is marginal: it holds on average
 * over calibrations, for noises (and prompts) drawn like the calibration's. It needs n >= confidence / (1 - confidence)
 * runs, 19 for 0.95. The full run is returned where nothing qualifies, and where the target is stricter than the baseline
 * is with itself ({@link PlanDocument.floor}).
 *
 * @throws FastFlowError `invalid-argument` for a confidence outside (0, 1) or a psnr that is no number.
 */
export function choosePlan(
  document: PlanDocument,
  target: QualityTarget,
  policyOf: (plan: PlanEntry | undefined) => SkipPolicy<undefined>,
): PlanChoice {
  checkOptions('target', target, names)
  const { psnr, confidence = 0.95 } = target
  checkShare('confidence', confidence)
  if (!Number.isFinite(psnr)) throw invalidArgument('psnr', `${shown(psnr)} is not a number of dB`)
  const full = (kind: PlanChoice['kind'], reason: string): PlanChoice => ({
    policy: policyOf(undefined),
    entry: undefined,
    nfe: document.key.schedule.sigmas.length - 1,
    kind,
    reason,
  })
  const beyond = beyondFloor(document, psnr, confidence)
  if (beyond !== undefined) return full('beyond-floor', beyond)
  const all = [...document.plans, ...(document.joint ?? [])].sort(
    (a, b) => passesOf(a, document.key) - passesOf(b, document.key),
  )
  const held = all.filter((plan) => plan.quality.basis === 'held-out')
  const needed = Math.ceil(confidence / (1 - confidence) - 1e-9)
  const enough = held.filter((plan) => plan.scores.length >= needed)
  if (enough.length === 0) {
    const have = Math.max(0, ...held.map((plan) => plan.scores.length))
    return full(
      'too-few-runs',
      `confidence ${confidence} needs ${needed} held-out runs, there are ${have}: refine the plan`,
    )
  }
  const runs = Math.min(...enough.map((plan) => plan.scores.length))
  const cheapest = cheapestQualified(enough, runs, psnr, confidence)
  if (cheapest === undefined) {
    return full(
      'out-of-reach',
      `no planned budget reaches ${psnr} dB in ${confidence * 100} % of runs: plan larger ones`,
    )
  }
  const cost = cheapest.guidance ? ` (${passesOf(cheapest)} network passes)` : ''
  const reason = `${cheapest.nfe} evaluations${cost} reach ${psnr} dB in ${confidence * 100} % of runs, by ${runs} held-out runs`
  return { policy: policyOf(cheapest), entry: cheapest, nfe: cheapest.nfe, kind: 'planned', reason }
}

function cheapestQualified(
  plans: readonly PlanEntry[],
  runs: number,
  psnr: number,
  confidence: number,
): PlanEntry | undefined {
  const failed = new Set<number>()
  let cheapest: PlanEntry | undefined
  for (const plan of [...plans].reverse()) {
    for (let n = 0; n < runs; n++) if (plan.scores[n]! < psnr) failed.add(n)
    if ((failed.size + 1) / (runs + 1) > 1 - confidence + 1e-12) break
    cheapest = plan
  }
  return cheapest
}

function beyondFloor({ floor, key }: PlanDocument, psnr: number, confidence: number): string | undefined {
  if (key.target !== 'baseline' || floor.fewerSteps.length === 0) return undefined
  const own = quantile(floor.fewerSteps, 1 - confidence)
  if (psnr <= own) return undefined
  const fewer = `the baseline with a tenth fewer steps is itself only ${own.toFixed(1)} dB from the baseline`
  return `${psnr} dB is beyond the floor: ${fewer}; ask for less`
}
