import { invalidArgument, type Random } from '@fastflow/core'
import { checkCallback, checkFunction, checkOptions, type OptionNames, shown } from '@fastflow/core/backend'
import { checkValues, quantile } from './quantile.ts'

export interface PairedBootstrapOptions {
  /** Uniform numbers in [0, 1); one is drawn per pair and resample. */
  readonly random: Random
  /** Resamples, 2,000 when omitted. */
  readonly samples?: number
  /** Probability that the interval is to cover the true mean, in (0, 1), 0.95 when omitted. */
  readonly confidence?: number
  /** What is compared, of the values drawn: e.g. a low quantile, for tails. The mean when omitted. */
  readonly statistic?: (values: Float64Array) => number
}

export interface PairedInterval {
  /** `statistic(a) - statistic(b)` as observed; without a statistic the mean of `a[i] - b[i]`. */
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly confidence: number
}

const names: OptionNames<PairedBootstrapOptions> = {
  random: true,
  samples: true,
  confidence: true,
  statistic: true,
}

/** More tell nothing new. */
const MOST_SAMPLES = 10_000_000

/**
 * Interval for the mean of `a[i] - b[i]`, where both were measured on the same noise i.
 *
 * Percentile bootstrap: the pairs are drawn n times with replacement, `samples` times over; `low` and
 * `high` are the `(1 - confidence) / 2` and `(1 + confidence) / 2` quantiles of the means. An interval
 * without 0 says that one method is better on this kind of input. Another `statistic` than the mean is taken of the
 * drawn values of either method; the interval is for the difference of the two.
 * Costs `n * samples` random numbers. With fewer than about 20 pairs it is too narrow.
 *
 * @throws FastFlowError `invalid-argument` for lengths that differ, no values, NaN or Infinity among
 *   them, or options out of range.
 *
 * Efron, Tibshirani, "An Introduction to the Bootstrap", Chapman & Hall, 1993, chapter 13.
 */
export function pairedBootstrap(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: PairedBootstrapOptions,
): PairedInterval {
  checkOptions('options', options, names)
  const { random, samples = 2000, confidence = 0.95, statistic } = options
  checkFunction('random', random, 'createRandom(seed).next')
  checkCallback('statistic', statistic, '(values) => a number')
  checkValues('a', a)
  checkValues('b', b)
  if (a.length !== b.length) {
    throw invalidArgument('b', `holds ${b.length} values, a holds ${a.length}; pair them image by image`)
  }
  if (!Number.isInteger(samples) || samples < 1 || samples > MOST_SAMPLES) {
    throw invalidArgument(
      'samples',
      `must be a whole number from 1 to ${MOST_SAMPLES}, got ${shown(samples)}`,
    )
  }
  if (!(typeof confidence === 'number' && confidence > 0 && confidence < 1)) {
    throw invalidArgument('confidence', `must lie between 0 and 1 (0.95 is usual), got ${shown(confidence)}`)
  }
  const of = statistic === undefined ? meanDifference(a, b) : differenceOf(statistic, a, b)
  const places = new Uint32Array(a.length)
  const observed = of(places.map((_, i) => i))
  const drawn = new Float64Array(samples)
  for (let sample = 0; sample < samples; sample++) {
    for (let i = 0; i < places.length; i++) places[i] = Math.floor(random() * places.length)
    drawn[sample] = of(places)
  }
  return {
    mean: observed,
    low: quantile(drawn, (1 - confidence) / 2),
    high: quantile(drawn, (1 + confidence) / 2),
    confidence,
  }
}

/** What is compared, as a function of the places drawn. */
type Difference = (places: Uint32Array) => number

function meanDifference(a: ArrayLike<number>, b: ArrayLike<number>): Difference {
  const differences = Float64Array.from(a, (value, i) => value - b[i]!)
  return (places) => {
    let sum = 0
    for (const place of places) sum += differences[place]!
    return sum / places.length
  }
}

function differenceOf(
  statistic: (values: Float64Array) => number,
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): Difference {
  const [left, right] = [new Float64Array(a.length), new Float64Array(a.length)]
  return (places) => {
    for (const [i, place] of places.entries()) {
      left[i] = a[place]!
      right[i] = b[place]!
    }
    return statistic(left) - statistic(right)
  }
}
