import type { GeneratedImage } from '@fastflow/pipelines'
import type { ImageStats } from '../ports/job.ts'

/** What one image cost, in the names of the wire. */
export function imageStats({ seed, stats }: GeneratedImage): ImageStats {
  const { quality } = stats
  return {
    seed,
    evaluated: stats.nfe,
    steps: stats.steps,
    passes: stats.passes,
    decisions: stats.decisions,
    shadow_evaluations: stats.shadowNfe,
    model_ms: stats.modelMs,
    overhead_ms: stats.overheadMs,
    estimated_psnr: stats.estimatedPsnr ?? null,
    estimate_basis: stats.estimateBasis ?? null,
    quality: quality ? Object.fromEntries(Object.entries(quality).map(([k, v]) => [k, v ?? null])) : null,
  }
}
