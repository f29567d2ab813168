import { isRecord } from '@fastflow/core'

/** A point at which a request could still become one of several arms. */
export interface ChoiceRecord {
  /** What was known; begins with 1. The first is made when the first evaluation is known, or before it. */
  readonly context: readonly number[]
  /** Arms that were open; all of them at first. */
  readonly among: readonly number[]
  /** Those still open afterwards: the one chosen, and those that go on like it. */
  readonly taken: readonly number[]
}

export interface ScoreRecord {
  readonly arm: number
  readonly score: number
  /** As those of the record. */
  readonly landings: readonly number[]
}

/** One request: what was decided, how probable that was, and what came of it. A line of a decision log; holds no prompt. */
export interface DecisionRecord {
  readonly format: 'fastflow-decision'
  readonly version: 3
  /** Digest of model and settings, as plans are stored under. */
  readonly key: string
  readonly seed: number
  readonly mode: 'on' | 'canary' | 'shadow'
  /** Evaluations of each arm, increasing; the last one is the full run. */
  readonly arms: readonly number[]
  /** What was served. */
  readonly arm: number
  /** Probability of these choices given their contexts, above 0. */
  readonly propensity: number
  /** One, or several where plans begin alike. */
  readonly choices: readonly ChoiceRecord[]
  /** Decimal logarithms of the landing mismatches, in their order; empty for the full run, which has none. */
  readonly landings: readonly number[]
  readonly metric: string
  readonly limit: number
  /** Version of the proxy behind `scores`; null where nothing was measured. */
  readonly proxy: string | null
  /** Arms that were measured, what they scored, and their landings. */
  readonly scores: readonly ScoreRecord[]
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
  if (value.version !== 3)
    throw new TypeError(`has version ${JSON.stringify(value.version)}, this release reads 3`)
  const { arms, arm, propensity, choices, scores, reward, landings, shadowNfe } = value
  const numbers = (list: unknown): list is number[] => Array.isArray(list) && list.every(Number.isFinite)
  const isArm = (index: unknown): boolean =>
    Number.isInteger(index) && (index as number) >= 0 && (index as number) < (arms as number[]).length
  const isScore = (entry: unknown): boolean =>
    isRecord(entry) && isArm(entry.arm) && Number.isFinite(entry.score) && numbers(entry.landings)
  const areArms = (list: unknown): boolean => Array.isArray(list) && list.length > 0 && list.every(isArm)
  const isChoice = (choice: unknown): boolean =>
    isRecord(choice) &&
    numbers(choice.context) &&
    choice.context[0] === 1 &&
    areArms(choice.among) &&
    areArms(choice.taken)
  if (!numbers(arms) || arms.length === 0) throw new TypeError('has no list of arms')
  if (!isArm(arm)) throw new TypeError(`took arm ${JSON.stringify(arm)} of ${arms.length}`)
  if (!(typeof propensity === 'number' && propensity > 0 && propensity <= 1))
    throw new TypeError(`has the propensity ${JSON.stringify(propensity)}, not one above 0 and at most 1`)
  if (!Array.isArray(choices) || choices.length === 0 || !choices.every(isChoice))
    throw new TypeError('has damaged choices')
  if (!choices.at(-1).taken.includes(arm))
    throw new TypeError(`took arm ${arm}, which its choices had ruled out`)
  if (!Array.isArray(scores) || !scores.every(isScore)) throw new TypeError('has damaged scores')
  if (!numbers(landings)) throw new TypeError('has damaged landings')
  if (!Number.isInteger(shadowNfe) || (shadowNfe as number) < 0)
    throw new TypeError('has a damaged shadowNfe')
  if (reward !== null && !(Number.isFinite(reward) && Math.abs(reward as number) <= 1))
    throw new TypeError('has a damaged reward')
  return value as unknown as DecisionRecord
}
