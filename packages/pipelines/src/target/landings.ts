import { checkNumbers } from '@fastflow/core/backend'

/**
 * Parts of a trajectory whose landings are judged apart: a changed model may show at its end by several deviations and
 * not at all at its beginning, which a mean over all landings hides.
 */
export const LANDING_PARTS = 3

/** Deviations beyond which one wild image counts no more: it takes several in a row. */
const MOST = 4

/** Runs that say what is normal: with fewer, mean and deviation are too uncertain. */
const LEAST_RUNS = 10

/** Below any mismatch that float32 can tell from none. */
const LEAST_MISMATCH = 1e-12

/** What decimal logarithms of mismatches and sizes can be; of others, variances would overflow. */
export const LOG_RANGE = { least: -400, most: 400 } as const

/** Decimal logarithms of the landing mismatches of one run, in their order: more nearly normal than they are. */
export function landingLogs(mismatches: readonly number[]): number[] {
  checkNumbers('mismatches', mismatches, 'mean squared errors')
  return mismatches.map((mismatch) => Math.log10(Math.max(mismatch, LEAST_MISMATCH)))
}

/**
 * How far the landings of a run are from those of known runs of the same plan, in standard deviations, at most 4, for each
 * part of the trajectory; undefined for a part where there is no telling.
 *
 * Each landing is standardised by the known runs first, so that all landings of a part weigh the same, and then their mean.
 */
export function landingScores(
  landings: readonly number[],
  known: readonly (readonly number[])[],
): readonly (number | undefined)[] {
  const count = landings.length
  const alike = known.filter((run) => run.length === count)
  return Array.from({ length: LANDING_PARTS }, (_, part) => {
    const from = Math.ceil((part * count) / LANDING_PARTS)
    const to = Math.ceil(((part + 1) * count) / LANDING_PARTS)
    return from < to ? standardScore(landings, alike, from, to) : undefined
  })
}

/**
 * How far the mean of the entries `from` to `to` (excluded) is from those of known runs, in standard deviations, at most 4:
 * each entry is standardised first. Undefined where too few runs are known, or they are all the same.
 *
 * @param known runs with at least `to` entries.
 */
export function standardScore(
  values: readonly number[],
  known: readonly (readonly number[])[],
  from: number,
  to: number,
): number | undefined {
  if (known.length < LEAST_RUNS) return undefined
  const scales = Array.from({ length: to - from }, (_, i) => spread(known.map((run) => run[from + i]!)))
  const meanOf = (run: readonly number[]): number =>
    scales.reduce((sum, { mean, deviation }, i) => sum + (run[from + i]! - mean) / (deviation || 1), 0)
  const { deviation } = spread(known.map(meanOf))
  return deviation > 0 ? Math.min(MOST, Math.max(-MOST, meanOf(values) / deviation)) : undefined
}

function spread(values: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return { mean, deviation: Math.sqrt(variance) }
}
