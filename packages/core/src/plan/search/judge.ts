import { judge, meanOf, quantile } from '../document/quality.ts'
import { type Candidate, nameOf } from './candidate.ts'
import type { Trial } from './trial.ts'

/** By how much one walked candidate is held to be better than another, dB, and the error of that. */
export interface Comparison {
  readonly gain: number
  readonly error: number
}

export type Compare = (challenger: Trial, holder: Trial) => Promise<Comparison>

/** Expected score of a candidate on each recorded run, dB; several too high, only differences mean something. */
export type RunForecasts = (candidate: Candidate) => Promise<readonly number[]>

/** By the runs both were walked with, alone and at face value. */
export const byWalks: Compare = async ({ scores }, holder) => {
  const count = Math.min(scores.length, holder.scores.length)
  return { gain: judge(scores.slice(0, count)) - judge(holder.scores.slice(0, count)), error: 0 }
}

/** What errors are taken for before anything has been walked, dB, and how many observations that is worth. */
const usual = { forecast: 3, walk: 3, worth: 4 } as const

/**
 * Weighs what walks showed against what recorded runs forecast, each by its own error: few walks are mostly luck where a model
 * is hard, and forecasts are off where it answers to errors in its own way. How much, is read off everything walked so far, and so
 * is by how much forecasts favour fitted weights over rules.
 *
 * The gain is `(d_f / tau^2 + n d_w / s^2) / (1 / tau^2 + n / s^2)`, `d_f` the forecast difference, `d_w` that on the n runs both
 * were walked with, `tau` and `s / sqrt(n)` their errors; in doubt a rule stays.
 */
export function byWalksAndForecasts(
  walked: () => readonly Trial[],
  forecasts: () => Promise<RunForecasts>,
): Compare {
  return async (challenger, holder) => {
    const count = Math.min(challenger.scores.length, holder.scores.length)
    const of = await forecasts()
    const { tau, s, bias } = await errorsOf(walked(), of)
    const sign = fittedMore(challenger, holder)
    const expected = advantage(await of(challenger), await of(holder)) - bias * sign
    const shown = advantage(challenger.scores.slice(0, count), holder.scores.slice(0, count))
    const [trustF, trustW] = [1 / tau ** 2, count / s ** 2]
    const trust = trustF + trustW
    const error = 1 / Math.sqrt(trust)
    return { gain: (trustF * expected + trustW * shown) / trust - doubt * error * sign, error }
  }
}

/** Whether a rule may well be better than a fitted candidate, before both have been walked: by forecasts and what they were worth. */
export async function mayBeat(
  rule: Candidate,
  fitted: Candidate,
  walked: readonly Trial[],
  forecasts: RunForecasts,
): Promise<boolean> {
  const { tau, bias } = await errorsOf(walked, forecasts)
  return advantage(await forecasts(rule), await forecasts(fitted)) + bias > -2 * tau
}

/** Errors by which fitted weights have to be ahead of a rule: few runs hardly show the tails that fits have. */
const doubt = 0.5

/** From so many runs on, their worst tenth is more than the luck of one. */
const tellingTenth = 16

/**
 * By how much one candidate did better than another on the same runs, dB: the mean, of many runs with the worst tenth at equal weight.
 *
 * A run next to a basin boundary ends in another picture under one plan and not under the next, 20 dB and more apart, mostly by
 * luck. Its difference is cut, less so the more runs there are.
 */
export function advantage(one: readonly number[], other: readonly number[]): number {
  const mean = meanOf(differences(one, other))
  const count = Math.min(one.length, other.length)
  if (count < tellingTenth) return mean
  return (mean + quantile(one.slice(0, count), 0.1) - quantile(other.slice(0, count), 0.1)) / 2
}

/** Differences on the runs that both have, none beyond what so few runs can vouch for. */
function differences(one: readonly number[], other: readonly number[]): number[] {
  const count = Math.min(one.length, other.length)
  const most = 3 + count / 2
  return Array.from({ length: count }, (_, n) => Math.max(-most, Math.min(most, one[n]! - other[n]!)))
}

/** 1 where the first alone is fitted, -1 where the second is. */
const fittedMore = (one: Candidate, other: Candidate): number =>
  Number(one.mode !== 'rule') - Number(other.mode !== 'rule')

/** Errors in dB: `tau` of a forecast difference of two candidates, `s` of one run's; what forecasts favour fits by. */
interface Errors {
  readonly tau: number
  readonly s: number
  readonly bias: number
}

/** Two candidates walked on the same runs. */
interface Pair {
  /** Of the walked difference, what was forecast taken off. */
  readonly missed: number
  /** Squared error of the walked difference, by how much runs differ. */
  readonly luck: number
  readonly fittedMore: number
}

async function errorsOf(walked: readonly Trial[], forecasts: RunForecasts): Promise<Errors> {
  const { forecast, walk, worth } = usual
  const pairs: Pair[] = []
  let [spread, freedoms] = [worth * walk ** 2, worth]
  for (const group of groupsOf(walked)) {
    const expected = await Promise.all(group.map((trial) => forecasts(trial)))
    for (const [k, one] of group.entries()) {
      for (const [l, other] of group.slice(0, k).entries()) {
        const shown = differences(one.scores, other.scores)
        const count = shown.length
        const [a, b] = [expected[k]!.slice(0, count), expected[l]!.slice(0, count)]
        const scatter = squares(shown)
        spread += scatter
        freedoms += count - 1
        pairs.push({
          missed: meanOf(shown) - meanOf(differences(a, b)),
          luck: count > 1 ? scatter / (count - 1) / count : 0,
          fittedMore: fittedMore(one, other),
        })
      }
    }
  }
  const mixed = pairs.filter((pair) => pair.fittedMore !== 0)
  const bias = -sumOf(mixed, (pair) => pair.missed * pair.fittedMore) / (mixed.length + worth)
  const off = sumOf(pairs, ({ missed, luck, fittedMore: sign }) =>
    Math.max(0, (missed + bias * sign) ** 2 - luck),
  )
  const tau = Math.sqrt((worth * forecast ** 2 + off) / (worth + pairs.length))
  return { tau, s: Math.sqrt(spread / freedoms), bias }
}

const sumOf = (pairs: readonly Pair[], of: (pair: Pair) => number): number =>
  pairs.reduce((sum, pair) => sum + of(pair), 0)

/** Sum of squared distances from the mean. */
function squares(values: readonly number[]): number {
  const mean = meanOf(values)
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
}

/** Walked candidates of equal numbers of evaluations, each once, with as many runs as it was walked with. */
function groupsOf(walked: readonly Trial[]): Trial[][] {
  const longest = new Map<string, Trial>()
  for (const trial of walked) {
    if (trial.parts === 2) continue
    const known = longest.get(nameOf(trial))
    if (known === undefined || known.scores.length < trial.scores.length) longest.set(nameOf(trial), trial)
  }
  const groups = new Map<number, Trial[]>()
  for (const trial of longest.values())
    groups.set(trial.path.length, [...(groups.get(trial.path.length) ?? []), trial])
  return [...groups.values()]
}
