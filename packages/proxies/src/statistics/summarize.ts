import { checkValues, quantile } from './quantile.ts'

export interface Summary {
  readonly mean: number
  /** The 0.1 quantile, see {@link quantile}. */
  readonly p10: number
  readonly min: number
}

/**
 * Mean, tenth percentile and least of a measure over many images.
 *
 * Made for measures where higher is better: `p10` and `min` then tell of the images that came out worst,
 * which a mean hides. Negate the values of a lower-is-better measure before and the summary after.
 *
 * @throws FastFlowError `invalid-argument` when `values` is empty or holds NaN or Infinity.
 */
export function summarize(values: ArrayLike<number>): Summary {
  checkValues('values', values)
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return { mean: sum / values.length, p10: quantile(values, 0.1), min: quantile(values, 0) }
}
