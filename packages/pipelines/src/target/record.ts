import { isRecord } from '@fastflow/core'

/** One request: what was decided, how probable that was, and what came of it. A line of a decision log; holds no prompt. */
export interface DecisionRecord {
  readonly format: 'fastflow-decision'
  readonly version: 2
  /** Digest of model and settings, as plans are stored under. */
  readonly key: string
  readonly seed: number
  readonly mode: 'on' | 'canary' | 'shadow'
  /** Evaluations of each arm, increasing; the last one is the full run. */
  readonly arms: readonly number[]
  /** What was served. */
  readonly arm: number
  /** Probability of that choice given the context, above 0. */
  readonly propensity: number
  /** What was known before the first evaluation; begins with 1. */
  readonly context: readonly number[]
  /** Decimal logarithms of the landing mismatches, in their order; empty for the full run, which has none. */
  readonly landings: readonly number[]
  readonly metric: string
  readonly limit: number
  /** Version of the proxy behind `scores`; null where nothing was measured. */
  readonly proxy: string | null
  /** Arms that were measured, and what they scored. */
  readonly scores: readonly { readonly arm: number; readonly score: number }[]
  /** Evaluations made to measure them, on top of what was served. */
  readonly shadowNfe: number
  /** Quality minus price of what was served, -1 to 1; null where it was not measured. */
  readonly reward: number | null
}

/**
 * Checks a line of a decision log.
 *
 * @throws TypeError saying what is wrong with it.
 */
export function parseRecord(value: unknown): DecisionRecord {
  if (!isRecord(value) || value.format !== 'fastflow-decision')
    throw new TypeError('is no decision of FastFlow')
  if (value.version !== 2)
    throw new TypeError(`has version ${JSON.stringify(value.version)}, this release reads 2`)
  const { arms, arm, propensity, context, scores, reward, landings, shadowNfe } = value
  const numbers = (list: unknown): list is number[] => Array.isArray(list) && list.every(Number.isFinite)
  const isArm = (index: unknown): boolean =>
    Number.isInteger(index) && (index as number) >= 0 && (index as number) < (arms as number[]).length
  const isScore = (entry: unknown): boolean =>
    isRecord(entry) && isArm(entry.arm) && Number.isFinite(entry.score)
  if (!numbers(arms) || arms.length === 0) throw new TypeError('has no list of arms')
  if (!isArm(arm)) throw new TypeError(`took arm ${JSON.stringify(arm)} of ${arms.length}`)
  if (!(typeof propensity === 'number' && propensity > 0 && propensity <= 1))
    throw new TypeError(`has the propensity ${JSON.stringify(propensity)}, not one above 0 and at most 1`)
  if (!numbers(context) || context[0] !== 1) throw new TypeError('has no context')
  if (!Array.isArray(scores) || !scores.every(isScore)) throw new TypeError('has damaged scores')
  if (!numbers(landings)) throw new TypeError('has damaged landings')
  if (!Number.isInteger(shadowNfe) || (shadowNfe as number) < 0)
    throw new TypeError('has a damaged shadowNfe')
  if (reward !== null && !Number.isFinite(reward)) throw new TypeError('has a damaged reward')
  return value as unknown as DecisionRecord
}
