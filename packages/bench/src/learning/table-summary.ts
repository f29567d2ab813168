import { invalidArgument } from '@fastflow/core'
import { type Metric, mostConfidence, type QualityTable } from '@fastflow/pipelines'
import { quantile } from '@fastflow/proxies'
import { checkTable } from './check-table.ts'

/** How scores spread; the worst is the largest LPIPS or the least PSNR. */
export interface Spread {
  readonly mean: number
  readonly median: number
  /** What all but a twentieth keep to. */
  readonly q95: number
  readonly worst: number
}

/** A table of measured runs in a few figures. */
export interface TableSummary extends Omit<QualityTable, 'runs' | 'nfe' | 'floor' | 'plans'> {
  readonly runs: number
  /** The highest confidence that so many runs certify. */
  readonly upTo: number
  /** Of a run of a tenth fewer steps; null where it was not measured. */
  readonly floor: (Spread & { readonly runs: number }) | null
  /** Of every plan, by its evaluations. */
  readonly plans: readonly (Spread & { readonly nfe: number })[]
}

/** How far the images of a model's plans are from its full run's, plan by plan. @throws FastFlowError `invalid-argument`. */
export function summarizeTable(table: QualityTable): TableSummary {
  checkTable(table)
  const { runs, nfe, floor, ...terms } = table
  if (runs.length === 0) throw invalidArgument('runs', 'are none; measure 1 or more')
  const { metric } = terms
  return {
    ...terms,
    runs: runs.length,
    upTo: mostConfidence(runs.length),
    floor: floor.length > 0 ? { runs: floor.length, ...spreadOf(metric, floor) } : null,
    plans: nfe.map((evaluations, arm) => ({
      nfe: evaluations,
      ...spreadOf(
        metric,
        runs.map(({ scores }) => scores[arm]!),
      ),
    })),
  }
}

function spreadOf(metric: Metric, scores: readonly number[]): Spread {
  const worstLast = metric === 'psnr' ? scores.map((score) => -score) : scores
  const at = (share: number): number => quantile(worstLast, share) * (metric === 'psnr' ? -1 : 1)
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  return { mean, median: at(0.5), q95: at(0.95), worst: at(1) }
}
