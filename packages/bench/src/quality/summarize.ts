import { createRandom } from '@fastflow/core'
import { featureMoments, frechetDistance, pairedBootstrap, quantile, summarize } from '@fastflow/proxies'
import { ratioOf } from '../run/summarize-rows.ts'
import { checkRuns } from './check-runs.ts'
import type { Figure, QualityRow } from './document.ts'
import type { QualityRuns } from './run.ts'
import type { CaseScores } from './score.ts'

type Name = 'contrast' | 'fit' | 'target' | 'consistency' | 'motion'

/**
 * One row a method; the first runs are the full ones that the others are held against.
 *
 * @throws FastFlowError `invalid-argument` naming the part of the runs.
 */
export function summarizeQuality(runs: readonly QualityRuns[]): readonly QualityRow[] {
  checkRuns(runs)
  const full = runs[0]!
  const whole = frechetOf(full)
  return runs.map(({ method, measurements }): QualityRow => {
    const average = (of: (one: (typeof measurements)[number]) => number): number =>
      measurements.reduce((sum, one) => sum + of(one), 0) / measurements.length
    const ratios = measurements.map(({ wallMs }, i) => ratioOf(full.measurements[i]!.wallMs, wallMs))
    const figure = (name: Name, relative: boolean): { [key in Name]?: Figure } => {
      const found = figureOf(measurements, full.measurements, name, relative)
      return found ? { [name]: found } : {}
    }
    const distance = frechetOf({ method, measurements })
    return {
      method,
      nfe: average(({ nfe }) => nfe),
      passes: average(({ passes }) => passes),
      modelMs: average(({ modelMs }) => modelMs),
      wallMs: average(({ wallMs }) => wallMs),
      speedup: quantile(ratios, 0.5),
      psnr: summarize(measurements.map(({ scores }) => scores.psnr)),
      ...figure('contrast', true),
      ...figure('fit', true),
      ...figure('target', false),
      ...figure('consistency', true),
      ...figure('motion', true),
      ...(distance !== undefined && { frechet: { distance, change: distance / whole! - 1 } }),
    }
  })
}

type Scored = readonly { readonly scores: CaseScores }[]

/** Mean and change of one figure over the samples that have it. */
function figureOf(own: Scored, full: Scored, name: Name, relative: boolean): Figure | undefined {
  const kept = own.map((_, i) => i).filter((i) => own[i]!.scores[name] !== undefined)
  if (kept.length === 0) return undefined
  const values = kept.map((i) => own[i]!.scores[name]!)
  const others = kept.map((i) => full[i]!.scores[name]!)
  const unit = relative ? Math.abs(others.reduce((sum, one) => sum + one, 0) / others.length) : 1
  const { mean, low, high } = pairedBootstrap(values, others, { random: createRandom(kept.length).next })
  const change = { mean: mean / unit, low: low / unit, high: high / unit }
  return { mean: values.reduce((sum, one) => sum + one, 0) / values.length, change }
}

/** Frechet distance of all pictures to all true ones; undefined where there are none or too few. */
function frechetOf({ measurements }: QualityRuns): number | undefined {
  const pairs = measurements.flatMap(({ scores: { features, targetFeatures } }) =>
    features && targetFeatures ? [[features, targetFeatures] as const] : [],
  )
  if (pairs.length < 2) return undefined
  const [made, real] = [0, 1].map((side) => {
    const moments = featureMoments(pairs[0]![side]!.length)
    for (const pair of pairs) moments.add(pair[side]!)
    return moments.gaussian()
  })
  return frechetDistance(made!, real!)
}
