import type { Random, RewardRange } from './bandit.ts'
import { uniform } from './check.ts'

/** What a log says of the value of a policy, or why it says nothing. */
export interface Interval {
  /**
   * - `estimated`: value and interval are there.
   * - `no-overlap`: no decision of the log is one that the policy would make; there is no value.
   * - `misfit`: the weights do not fit the log: all of the interval is outside of what rewards can be, or those of `ips`, which
   *   takes what was not logged for a reward of 0, average less than a half instead of 1. There is no value.
   * - `no-spread`: fewer than two effective decisions, or all say the same. The interval is undefined; where the range of the
   *   rewards was declared, it is Hoeffding's.
   */
  readonly status: 'estimated' | 'no-overlap' | 'misfit' | 'no-spread'
  /** What to do about any status but `estimated`. */
  readonly remedy: string | undefined
  /** Expected reward a decision under the policy to be judged; undefined where the log does not tell. */
  readonly value: number | undefined
  /** Both in the range of the rewards. Without a value the whole range if it was declared, else undefined. */
  readonly low: number | undefined
  readonly high: number | undefined
}

/** Decisions as an estimator adds them up. */
export interface Weighed {
  readonly rows: readonly { readonly weight: number; readonly value: number }[]
  /** Values are weighed and divided by the sum of weights; else their mean is taken as it is. */
  readonly normalised: boolean
  /** Weights are whole and have to average 1, or the value is of a part of what the policy would do. */
  readonly averagesOne: boolean
  readonly effective: number
  readonly observed: RewardRange
  readonly declared: RewardRange | undefined
}

/** Fewer effective decisions than this are one, said again. */
const LEAST_EFFECTIVE = 2

/** Narrower than this share of the rewards' range is rounding. */
const LEAST_WIDTH = 1e-9

/** Value and interval of an estimator by percentile bootstrap, inside the range of the rewards; a step a resample. */
export function* intervalSteps(
  weighed: Weighed,
  confidence: number,
  resamples: number,
  random: Random,
): Generator<undefined, Interval> {
  const { rows, effective, declared, observed } = weighed
  if (effective === 0) return nothing('no-overlap', NO_OVERLAP, declared)
  const range = declared ?? observed
  const all = estimate(weighed, (i) => i)!
  if (effective < LEAST_EFFECTIVE) return withoutSpread(weighed, all, confidence)
  const draw = (): number => Math.floor(uniform(random) * rows.length)
  const drawn: (number | undefined)[] = []
  while (drawn.length < resamples) {
    drawn.push(estimate(weighed, draw))
    yield undefined
  }
  const { low, high } = percentiles(drawn, range, confidence)
  if (high < range.low || low > range.high || isLight(weighed))
    return nothing('misfit', misfit(weighed), declared)
  const value = inside(all, range)
  const cut = { low: Math.min(value, inside(low, range)), high: Math.max(value, inside(high, range)) }
  if (cut.high - cut.low <= LEAST_WIDTH * (range.high - range.low)) {
    return withoutSpread(weighed, all, confidence)
  }
  return { status: 'estimated', remedy: undefined, value, ...cut }
}

const NO_OVERLAP =
  'no decision of the log is one that the policy would make; log some that are, or judge another policy'

function misfit({ rows }: Weighed): string {
  return `the weights average ${meanWeight(rows).toPrecision(3)} where 1 is expected; check the propensities, log more of what the policy would do, or use snips`
}

/** Whether the mean weight is below a half by four standard errors. */
function isLight({ rows, averagesOne }: Weighed): boolean {
  if (!averagesOne) return false
  const mean = meanWeight(rows)
  const squares = rows.reduce((sum, { weight }) => sum + (weight - mean) ** 2, 0)
  return mean + (4 * Math.sqrt(squares)) / rows.length < 0.5
}

function meanWeight(rows: Weighed['rows']): number {
  return rows.reduce((sum, { weight }) => sum + weight, 0) / rows.length
}

function nothing(status: Interval['status'], remedy: string, declared: RewardRange | undefined): Interval {
  return { status, remedy, value: undefined, low: declared?.low, high: declared?.high }
}

/**
 * Resampling decisions that all say the same would give an interval of width 0. Hoeffding's, `(high - low)
 * max(1, mean(w)) sqrt(ln(2 / (1 - confidence)) / (2 effective))` to both sides, needs no spread but the range.
 */
function withoutSpread(weighed: Weighed, all: number, confidence: number): Interval {
  const { rows, effective, declared, observed } = weighed
  const status = 'no-spread'
  const remedy = `the log has ${effective.toFixed(1)} effective decisions without any spread; log more`
  const value = inside(all, declared ?? observed)
  if (declared === undefined) {
    const declare = `${remedy}, or declare the range of the rewards`
    return { status, remedy: declare, value, low: undefined, high: undefined }
  }
  const share = Math.max(1, meanWeight(rows)) * Math.sqrt(Math.log(2 / (1 - confidence)) / (2 * effective))
  const width = (declared.high - declared.low) * share
  return {
    status,
    remedy,
    value,
    low: inside(value - width, declared),
    high: inside(value + width, declared),
  }
}

/** A resample that no weight fell into could have said anything: it counts as the least for `low`, the most for `high`. */
function percentiles(
  drawn: readonly (number | undefined)[],
  range: RewardRange,
  confidence: number,
): RewardRange {
  const at = (share: number, missing: number): number => {
    const sorted = drawn.map((value) => value ?? missing).sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  }
  return { low: at((1 - confidence) / 2, range.low), high: at((1 + confidence) / 2, range.high) }
}

/** The estimate over as many decisions as there are, chosen by `pick`; undefined where they have no weight. */
function estimate({ rows, normalised }: Weighed, pick: (i: number) => number): number | undefined {
  let values = 0
  let weights = 0
  for (let i = 0; i < rows.length; i++) {
    const { value, weight } = rows[pick(i)]!
    values += normalised ? weight * value : value
    weights += weight
  }
  if (!normalised) return values / rows.length
  return weights > 0 ? values / weights : undefined
}

function inside(value: number, { low, high }: RewardRange): number {
  return Math.min(high, Math.max(low, value))
}
