import { unreadable } from '../errors.ts'
import { isString } from '../fields.ts'
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
export function readPairs(list: readonly unknown[], path: string): readonly Pair[] {
  const lines = list.filter((entry) => !(isString(entry) && entry.startsWith('#version')))
  return lines.map((entry, k) => {
    const parts: readonly unknown[] = isString(entry) ? entry.split(' ') : Array.isArray(entry) ? entry : []
    const [left, right, ...more] = parts
    if (isString(left) && isString(right) && more.length === 0) return [left, right]
    throw unreadable(`${path}[${k}]`, 'is not a pair of tokens')
  })
}

/**
 * @param prefix what tokens begin with that do not begin a word; a merge drops it from the second one.
 * @throws FastFlowError `model-unreadable` for a token that the vocabulary lacks.
 */
export function createMerges(
  pairs: readonly Pair[],
  vocab: ReadonlyMap<string, number>,
  prefix: string,
  path: string,
): Merges {
  let span = 1
  for (const id of vocab.values()) span = Math.max(span, id + 1)
  const ranks = new Map<number, number>()
  const merged = new Uint32Array(pairs.length)
  const dropped = utf8Of(prefix).length
  for (const [rank, [left, right]] of pairs.entries()) {
    const idOf = (token: string): number => {
      const id = vocab.get(token)
      if (id === undefined)
        throw unreadable(`${path}[${rank}]`, `the vocabulary has no ${JSON.stringify(token)}`)
      return id
    }
    const rest = dropped === 0 ? right : withoutBytes(right, dropped, `${path}[${rank}]`)
    ranks.set(idOf(left) * span + idOf(right), rank)
    merged[rank] = idOf(left + rest)
  }
  return { rank: (left, right) => ranks.get(left * span + right), merged }
}

/** The reference counts the prefix in bytes, whatever the token begins with. */
function withoutBytes(token: string, count: number, path: string): string {
  let bytes = 0
  let units = 0
  for (const char of token) {
    if (bytes >= count) break
    bytes += utf8Of(char).length
    units += char.length
  }
  if (bytes !== count) throw unreadable(path, `${JSON.stringify(token)} does not begin with the prefix`)
  return token.slice(units)
}
