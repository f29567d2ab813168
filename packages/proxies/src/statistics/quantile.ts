import { invalidArgument } from '@fastflow/core'
import { isSequence, shown } from '@fastflow/core/backend'

/** @throws FastFlowError `invalid-argument` when `values` is empty or holds NaN or Infinity. */
export function checkValues(field: string, values: ArrayLike<number>): void {
  if (!isSequence(values)) throw invalidArgument(field, `${shown(values)} is not a list of numbers`)
  if (values.length === 0) throw invalidArgument(field, 'is empty; pass at least one number')
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw invalidArgument(
        `${field}[${i}]`,
        `is ${shown(values[i])}; leave failed samples out and count them apart`,
      )
    }
  }
}

/**
 * The value below which a fraction `q` in [0, 1] of `values` lies; `values` keep their order.
 *
 * With the n values sorted and `h = q (n - 1)`, linear interpolation between places `floor(h)` and
 * `floor(h) + 1` (counted from 0): type 7 of Hyndman and Fan, the default of NumPy and R.
 *
 * @throws FastFlowError `invalid-argument` for no values, NaN or Infinity among them, or `q` outside [0, 1].
 *
 * Hyndman, Fan, "Sample quantiles in statistical packages", The American Statistician 50(4), 1996.
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  checkValues('values', values)
  if (!(typeof q === 'number' && q >= 0 && q <= 1))
    throw invalidArgument('q', `must be a fraction in [0, 1], got ${shown(q)}`)
  const sorted = Float64Array.from(values).sort()
  const place = q * (sorted.length - 1)
  const low = Math.floor(place)
  const below = sorted[low]!
  const above = sorted[Math.min(low + 1, sorted.length - 1)]!
  return below + (place - low) * (above - below)
}
