import { quantile, summarize } from '@fastflow/proxies'
import type { BenchRow } from '../document.ts'
import type { Measurement, Scores } from '../source/measure.ts'

/** All samples of one method, in the order of the samples. */
export interface MethodRuns {
  readonly method: string
  readonly tuned: string | undefined
  readonly measurements: Omit<Measurement, 'pixels'>[]
  readonly scores: Scores[]
}

/** One row of the bench; `full` are the runs that speed-ups are measured against, sample by sample. */
export function summarizeRow(
  { method, tuned, measurements, scores }: MethodRuns,
  full: MethodRuns,
): BenchRow {
  const mean = (value: (one: (typeof measurements)[number]) => number): number =>
    measurements.reduce((sum, one) => sum + value(one), 0) / measurements.length
  const ratios = measurements.map((one, i) => ratioOf(full.measurements[i]!.wallMs, one.wallMs))
  return {
    method,
    ...(tuned !== undefined && { tuned }),
    nfe: mean(({ nfe }) => nfe),
    passes: mean(({ passes }) => passes),
    psnr: summarize(scores.map(({ psnr }) => psnr)),
    ...ssimFigures(scores),
    ...exactFigures(scores, full.scores),
    modelMs: mean(({ modelMs }) => modelMs),
    overheadMs: mean(({ overheadMs }) => overheadMs),
    wallMs: mean(({ wallMs }) => wallMs),
    ...spreadOf(measurements.map(({ wallMs }) => wallMs)),
    speedup: quantile(ratios, 0.5),
    skips: skipHistogram(measurements.map(({ decisions }) => decisions)),
  }
}

function spreadOf(wall: readonly number[]): Pick<BenchRow, 'wall'> {
  return wall.length > 1 ? { wall: { p10: quantile(wall, 0.1), p90: quantile(wall, 0.9) } } : {}
}

/** How often how many steps were skipped after an evaluation. */
function skipHistogram(decisions: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const run of decisions.join('').match(/[^S]S*/g) ?? []) {
    const skipped = String(run.length - 1)
    counts[skipped] = (counts[skipped] ?? 0) + 1
  }
  return counts
}

/** PSNR to the exact solution, and the share of samples moved visibly away from it: under 35 dB and over 1 dB below the full run. */
function exactFigures(scores: readonly Scores[], full: readonly Scores[]): Pick<BenchRow, 'exact' | 'harm'> {
  const ours = scores.flatMap(({ exactPsnr }) => exactPsnr ?? [])
  const theirs = full.flatMap(({ exactPsnr }) => exactPsnr ?? [])
  if (ours.length === 0) return {}
  const harmed = ours.filter((psnr, i) => psnr < 35 && psnr < theirs[i]! - 1)
  return { exact: { psnr: summarize(ours) }, harm: harmed.length / ours.length }
}

function ssimFigures(scores: readonly Scores[]): Pick<BenchRow, 'ssim'> {
  const known = scores.flatMap(({ ssim }) => ssim ?? [])
  return known.length > 0 ? { ssim: summarize(known) } : {}
}

/** Time over time; 1 where the clock showed none. */
export function ratioOf(whole: number, own: number): number {
  return own > 0 ? whole / own : 1
}
