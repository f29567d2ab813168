import { isJsonInput, JsonField, type JsonSource, parseJson } from '@fastflow/core'
import { LOG_RANGE } from './landings.ts'

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

/** What rewards, contexts and scores can be: of others, what bandits sum up would overflow. */
const REWARD = { least: -1, most: 1 } as const
const NUMBER = { least: -1e6, most: 1e6 } as const

/** What bandits with contexts take. */
const MOST_ARMS = 1024
const MOST_FEATURES = 64

const decision: JsonSource = {
  code: 'policy-unreadable',
  name: 'decision',
  prefix: 'decision.',
  place: 'decision:',
  fix: 'leave it out',
}

/** A decision, to be read from. */
export function decisionField(value: unknown, source: JsonSource = decision): JsonField {
  return new JsonField(value, source)
}

/**
 * Checks a line of a decision log: its JSON text, its bytes or the parsed value.
 *
 * @param source what errors say of the line.
 * @throws FastFlowError `policy-unreadable` naming the field.
 */
export function parseRecord(value: unknown, source: JsonSource = decision): DecisionRecord {
  const record = decisionField(isJsonInput(value) ? parseJson(value, source) : value, source)
  if (record.at('format').value !== 'fastflow-decision')
    throw record.at('format').wrong('is no decision of FastFlow')
  record.at('version').oneOf([3])
  for (const name of ['key', 'metric']) record.at(name).text()
  record.at('seed').number()
  record.at('mode').oneOf(['on', 'canary', 'shadow'])
  record.at('limit').number()
  if (!record.at('proxy').empty) record.at('proxy').text()
  const arms = record.at('arms').numbers({ whole: true, least: 1 })
  if (arms.length === 0 || arms.length > MOST_ARMS)
    throw record.at('arms').wrong(`is not a list of 1 to ${MOST_ARMS}`)
  const last = { least: 0, most: arms.length - 1 }
  const arm = record.at('arm').whole(last)
  const propensity = record.at('propensity')
  if (propensity.number({ least: 0, most: 1 }) === 0) throw propensity.wrong('is not above 0')
  checkChoices(record.at('choices'), last, arm)
  for (const score of record.at('scores').items()) {
    score.at('arm').whole(last)
    score.at('score').number(NUMBER)
    score.at('landings').numbers(LOG_RANGE)
  }
  record.at('landings').numbers(LOG_RANGE)
  record.at('shadowNfe').whole()
  if (record.at('reward').value !== null) record.at('reward').number(REWARD)
  return record.value as DecisionRecord
}

function checkChoices(
  choices: JsonField,
  last: { readonly least: number; readonly most: number },
  arm: number,
): void {
  const list = choices.items()
  if (list.length === 0) throw choices.wrong('is an empty list')
  let taken: readonly number[] = []
  for (const choice of list) {
    const context = choice.at('context').numbers(NUMBER)
    if (context.length > MOST_FEATURES)
      throw choice.at('context').wrong(`has more than ${MOST_FEATURES} entries`)
    if (context[0] !== 1) throw choice.at('context').wrong('does not begin with 1')
    const first = list[0]!.at('context').numbers()
    if (context.length !== first.length)
      throw choice.at('context').wrong(`is not as long as the first, ${first.length}`)
    for (const name of ['among', 'taken'])
      if (choice.at(name).numbers({ whole: true, ...last }).length === 0)
        throw choice.at(name).wrong('is an empty list')
    taken = choice.at('taken').numbers()
  }
  if (!taken.includes(arm)) throw choices.wrong(`has ruled out arm ${arm}, which was taken`)
}
