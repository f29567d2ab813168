import { checkOptions, type OptionNames } from '../../check/options.ts'
import { shown } from '../../check/shown.ts'
import { checkShare } from '../../check/values.ts'
import { invalidArgument } from '../../errors.ts'
import type { SkipPolicy } from '../../policy/policy.ts'
import { certificateCost, leastRuns, usualConfidence } from './certificate.ts'
import type { PlanDocument, PlanEntry } from './document.ts'
import { entriesOf } from './held-out.ts'
import { passesOf } from './plan-policy.ts'
import { quantile } from './quality.ts'

export interface QualityTarget {
  /** Least PSNR to the plan's target solution, dB. */
  readonly psnr: number
  /** Share of runs that have to reach it, in (0, 1). Default 0.95. */
  readonly confidence?: number
}

/** What to run for a quality target. */
const names: OptionNames<QualityTarget> = { psnr: true, confidence: true }

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
 * The cheapest plan that `confidence` of new runs follow to at least `psnr`, certified on held-out runs: those of
 * {@link PlanEntry.scores}, which had no part in choosing or fitting any plan. What a calibration says of its own runs is an
 * estimate and certifies nothing.
 *
 * Plans are ordered by their network passes. A run fails at a budget when it misses the target there or at any larger budget.
 * With k of n runs failing, a plan qualifies when `(k + 1) / (n + 1) <= 1 - confidence`: conformal risk control for a monotone
 * loss (Angelopoulos et al. 2022, theorem 1), for a single plan the split-conformal bound. It takes
 * n >= confidence / (1 - confidence) runs: 9 for 0.9, 19 for 0.95, 99 for 0.99.
 *
 * The promise is marginal: over draws of the held-out runs and of a new one, that run reaches `psnr` with a probability of at
 * least `confidence`, the full run counting as reaching it; about half of the single certificates are a little better and the
 * others a little worse. It is for noises (and prompts) drawn like those held out, a `psnr` settled before looking at their
 * scores (or, for one plan, read off them), and a number of runs settled beforehand: who adds runs until a plan passes asks
 * for chance. The full run is returned where nothing qualifies, and where the target is stricter than the baseline is with
 * itself ({@link PlanDocument.floor}).
 *
 * @throws FastFlowError `invalid-argument` for a confidence outside (0, 1) or a psnr that is no number.
 */
export function choosePlan(
  document: PlanDocument,
  target: QualityTarget,
  policyOf: (plan: PlanEntry | undefined) => SkipPolicy<undefined>,
): PlanChoice {
  checkOptions('target', target, names)
  const { psnr, confidence = usualConfidence } = target
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
  const { judged, seeds } = judgedAlike(document, leastRuns(confidence))
  if (judged.length === 0) return full('too-few-runs', tooFew(document, confidence))
  const cheapest = cheapestQualified(judged, seeds, psnr, confidence)
  if (cheapest === undefined) {
    return full(
      'out-of-reach',
      `no planned budget reaches ${psnr} dB in ${confidence * 100} % of runs: plan larger ones`,
    )
  }
  const cost = cheapest.guidance ? ` (${passesOf(cheapest)} network passes)` : ''
  const reason = `${cheapest.nfe} evaluations${cost} reach ${psnr} dB in ${confidence * 100} % of runs, by ${seeds.length} held-out runs`
  return { policy: policyOf(cheapest), entry: cheapest, nfe: cheapest.nfe, kind: 'planned', reason }
}

function tooFew(document: PlanDocument, confidence: number): string {
  const needed = leastRuns(confidence)
  const have = Math.max(...entriesOf(document).map(({ scoredOn }) => scoredOn.length))
  const { runs, evaluations } = certificateCost({ document }, confidence)
  const remedy = `calibrate with certify ${confidence}, or certify this plan by ${runs} more (${evaluations} evaluations)`
  return `confidence ${confidence} needs ${needed} held-out runs, there are ${have}: ${remedy}`
}

/** A plan and its scores by their seeds. */
interface Judged {
  readonly plan: PlanEntry
  readonly scores: ReadonlyMap<number, number>
}

/**
 * Plans, dearest first, that at least `needed` common runs have judged, and the seeds of these. A plan that has too few in
 * common with the dearer ones is left out, whatever its scores.
 */
function judgedAlike(
  document: PlanDocument,
  needed: number,
): { readonly judged: readonly Judged[]; readonly seeds: readonly number[] } {
  const judged: Judged[] = []
  let seeds: readonly number[] | undefined
  const dearestFirst = [...entriesOf(document)].sort(
    (a, b) => passesOf(b, document.key) - passesOf(a, document.key),
  )
  for (const plan of dearestFirst) {
    const scores = new Map(plan.scoredOn.map((seed, k) => [seed, plan.scores[k]!]))
    const common = (seeds ?? plan.scoredOn).filter((seed) => scores.has(seed))
    if (common.length < needed) continue
    judged.push({ plan, scores })
    seeds = common
  }
  return { judged, seeds: seeds ?? [] }
}

function cheapestQualified(
  judged: readonly Judged[],
  seeds: readonly number[],
  psnr: number,
  confidence: number,
): PlanEntry | undefined {
  const failed = new Set<number>()
  let cheapest: PlanEntry | undefined
  for (const { plan, scores } of judged) {
    for (const seed of seeds) if (scores.get(seed)! < psnr) failed.add(seed)
    if ((failed.size + 1) / (seeds.length + 1) > 1 - confidence + 1e-12) break
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
