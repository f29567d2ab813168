import { checkInteger, checkNumber, checkRecord, UNIT_REWARD } from './check.ts'
import { checkOptions, type Names } from './names.ts'

/** How often something happened. */
export interface RateCounts {
  /** 0 to 10,000,000. */
  readonly runs: number
  /** At most `runs`. */
  readonly misses: number
}

export interface RateBoundsOptions {
  /** Chance that the rate is ever outside, above 0 and below 1; default 0.05. */
  readonly delta?: number
  /** The rate the bounds are to be tightest for, above 0 and below 1; default 0.05. */
  readonly expected?: number
}

const names: Names<RateBoundsOptions> = { delta: true, expected: true }

// What is computed takes time in proportion to the runs.
const RUNS = { low: 0, high: 1e7 }

/**
 * Bounds on the rate of an event that hold at all times at once: look after every run, stop when you like.
 *
 * Robbins' mixture: `{p : M / (p^m (1-p)^(n-m)) < 1 / delta}`, M the probability of what was seen when p is drawn from
 * Beta(1, 1 / expected - 1). By Ville's inequality the rate ever leaves these bounds with probability at most delta.
 * Valid for independent runs of one rate; wider than what {@link binomialTail} gives for a number of runs fixed beforehand.
 *
 * @throws BanditError naming the field.
 *
 * Reference: Robbins (1970), Statistical Methods Related to the Law of the Iterated Logarithm; Howard et al. (2021),
 * Time-uniform, Nonparametric, Nonasymptotic Confidence Sequences, Annals of Statistics 49(2), section 3.
 */
export function rateBounds(
  counts: RateCounts,
  options: RateBoundsOptions = {},
): { readonly low: number; readonly high: number } {
  const { runs, misses } = checkCounts(counts)
  const { delta = 0.05, expected = 0.05 } = checkOptions('options', options, names)
  const open = { low: Number.MIN_VALUE, high: 1 - Number.EPSILON }
  checkNumber('delta', delta, open)
  checkNumber('expected', expected, open)
  if (runs === 0) return { low: 0, high: 1 }
  const mixture = logMixture(runs, misses, 1 / expected - 1)
  const excluded = (rate: number): boolean =>
    mixture - logLikelihood(runs, misses, rate) >= Math.log(1 / delta)
  const centre = misses / runs
  return {
    low: misses === 0 ? 0 : boundary(excluded, 0, centre),
    high: misses === runs ? 1 : boundary(excluded, 1, centre),
  }
}

/**
 * Bounds on the mean of numbers in [0, 1] that hold at all times at once: those of {@link rateBounds}, since the likelihood
 * of a rate is convex in the outcome, so that its mixture stays a supermartingale. The sum is rounded outwards.
 *
 * @param sum of `runs` numbers in [0, 1].
 * @throws BanditError naming the field.
 */
export function meanBounds(
  counts: { readonly runs: number; readonly sum: number },
  options: RateBoundsOptions = {},
): { readonly low: number; readonly high: number } {
  checkRecord('counts', counts)
  const { runs, sum } = counts
  checkInteger('runs', runs, RUNS)
  checkNumber('sum', sum, { low: 0, high: runs })
  const { low } = rateBounds({ runs, misses: Math.floor(sum) }, options)
  const { high } = rateBounds({ runs, misses: Math.ceil(sum) }, options)
  return { low, high }
}

/**
 * Probability of at most `misses` in `runs` independent runs of this rate: the p-value of "the rate is at least `rate`",
 * for a number of runs that was fixed beforehand.
 *
 * @throws BanditError naming the field.
 */
export function binomialTail(counts: RateCounts, rate: number): number {
  const { runs, misses } = checkCounts(counts)
  checkNumber('rate', rate, UNIT_REWARD)
  if (rate === 0) return 1
  if (rate === 1) return misses === runs ? 1 : 0
  let term = runs * Math.log1p(-rate)
  let sum = Math.exp(term)
  for (let k = 0; k < misses; k++) {
    term += Math.log(((runs - k) / (k + 1)) * (rate / (1 - rate)))
    sum += Math.exp(term)
  }
  return Math.min(1, sum)
}

function checkCounts(counts: RateCounts): RateCounts {
  checkRecord('counts', counts)
  const runs = checkInteger('runs', counts.runs, RUNS)
  const misses = checkInteger('misses', counts.misses, { low: 0, high: runs })
  return { runs, misses }
}

/** Log probability of the sequence under a rate drawn from Beta(1, b), as a product of predictions. Cost: O(runs). */
function logMixture(runs: number, misses: number, b: number): number {
  let sum = 0
  const hits = runs - misses
  for (let j = 0; j < hits; j++) sum += Math.log((b + j) / (1 + b + j))
  for (let i = 0; i < misses; i++) sum += Math.log((1 + i) / (1 + b + hits + i))
  return sum
}

function logLikelihood(runs: number, misses: number, rate: number): number {
  const hits = runs - misses
  return (misses > 0 ? misses * Math.log(rate) : 0) + (hits > 0 ? hits * Math.log1p(-rate) : 0)
}

/** Where `excluded` begins between the centre, which is not, and an end. */
function boundary(excluded: (rate: number) => boolean, end: number, centre: number): number {
  let outside = end
  let inside = centre
  for (let i = 0; i < 60; i++) {
    const middle = (outside + inside) / 2
    if (excluded(middle)) outside = middle
    else inside = middle
  }
  return outside
}
