import { brief, type FastFlowError, type JsonField } from '@fastflow/core'
import { utf8Of } from '../unicode/utf8.ts'

/** Pairs of ids that become one, each with its rank: the lower, the sooner. */
export interface Merges {
  /** The rank of a pair; undefined where it does not merge. */
  rank(left: number, right: number): number | undefined
  /** What the pair of a rank becomes. */
  readonly merged: Uint32Array
}

export type Pair = readonly [string, string]

/** Reads pairs, or lines of two tokens with a space between. */
export function readPairs(field: JsonField): readonly Pair[] {
  const lines = field.list().filter((entry) => !(isString(entry) && entry.startsWith('#version')))
  return lines.map((entry, k) => {
    const parts: readonly unknown[] = isString(entry) ? entry.split(' ') : Array.isArray(entry) ? entry : []
    const [left, right, ...more] = parts
    if (isString(left) && isString(right) && more.length === 0) return [left, right]
    throw notPair(field, k)
  })
}

/** The error for an entry of what lists pairs. */
export function notPair(field: JsonField, k: number): FastFlowError {
  return field.wrongAt(`[${k}]`, 'is not a pair of tokens')
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}

/**
 * @param prefix what tokens begin with that do not begin a word; a merge drops it from the second one.
 * @param field what lists the pairs, for errors.
 * @throws FastFlowError `model-unreadable` for a token that the vocabulary lacks.
 */
export function createMerges(
  pairs: readonly Pair[],
  vocab: ReadonlyMap<string, number>,
  prefix: string,
  field: JsonField,
): Merges {
  let span = 1
  for (const id of vocab.values()) span = Math.max(span, id + 1)
  const ranks = new Map<number, number>()
  const merged = new Uint32Array(pairs.length)
  const dropped = utf8Of(prefix).length
  for (const [rank, [left, right]] of pairs.entries()) {
    const idOf = (token: string): number => {
      const id = vocab.get(token)
      if (id === undefined) throw field.wrongAt(`[${rank}]`, `the vocabulary has no ${brief(token)}`)
      return id
    }
    const rest = dropped === 0 ? right : withoutBytes(right, dropped)
    if (rest === undefined) throw field.wrongAt(`[${rank}]`, `${brief(right)} does not begin with the prefix`)
    ranks.set(idOf(left) * span + idOf(right), rank)
    merged[rank] = idOf(left + rest)
  }
  return { rank: (left, right) => ranks.get(left * span + right), merged }
}

/** The reference counts the prefix in bytes, whatever the token begins with. Undefined where that cuts a character. */
function withoutBytes(token: string, count: number): string | undefined {
  let bytes = 0
  let units = 0
  for (const char of token) {
    if (bytes >= count) break
    bytes += utf8Of(char).length
    units += char.length
  }
  return bytes === count ? token.slice(units) : undefined
}
