import type { JsonField } from '@fastflow/core'
import { createTrie, type Trie } from '../trie.ts'
import type { Model } from './model.ts'
import { bytesOf } from './vocab.ts'

/** How much less an unknown character is worth than the rarest token. */
const UNKNOWN_PENALTY = 10

interface Unigram {
  readonly trie: Trie
  readonly scores: Float64Array
  readonly unknown: number | undefined
  readonly unknownScore: number
  /** What names the unknown token, for errors. */
  readonly unknownField: JsonField
}

/** The most likely tokens by Viterbi; unknown characters in a row are one token. */
export function readUnigram(field: JsonField): Model {
  const entries = field.at('vocab').list()
  const scores = new Float64Array(entries.length)
  const vocab = new Map<string, number>()
  let least = Number.POSITIVE_INFINITY
  for (const [id, entry] of entries.entries()) {
    const [token, score] = Array.isArray(entry) ? (entry as readonly unknown[]) : []
    if (typeof token !== 'string' || typeof score !== 'number')
      throw field.wrongAt(`vocab[${id}]`, 'is not a token and its score')
    vocab.set(token, id)
    scores[id] = score
    least = Math.min(least, score)
  }
  const unknownField = field.at('unk_id')
  const unknown = unknownField.empty ? undefined : unknownField.whole({ most: entries.length - 1 })
  const unigram = {
    trie: createTrie(vocab),
    scores,
    unknown,
    unknownScore: least - UNKNOWN_PENALTY,
    unknownField,
  }
  const byteFallback = field.at('byte_fallback').flag({ otherwise: false })
  return {
    vocab,
    size: entries.length,
    tokenize(piece, ids) {
      for (const token of bestPath(piece, unigram)) {
        const id = vocab.get(token)
        const bytes = id === undefined && byteFallback ? bytesOf(token, vocab) : undefined
        if (bytes !== undefined) for (const byte of bytes) ids.push(byte)
        else ids.push(id ?? unknownOf(unigram))
      }
    },
  }
}

/** Tokens of the best path; linear in the text, for tokens of bounded length. */
function bestPath(text: string, unigram: Unigram): readonly string[] {
  const { unknown } = unigram
  const { starts, ids } = walk(text, unigram)
  const tokens: string[] = []
  let end = text.length
  let unknownEnd = -1
  while (end > 0) {
    const start = starts[end]!
    const isUnknown = unknown !== undefined && ids[end] === unknown
    if (isUnknown && unknownEnd < 0) unknownEnd = end
    if (!isUnknown && unknownEnd >= 0) {
      tokens.push(text.slice(end, unknownEnd))
      unknownEnd = -1
    }
    if (!isUnknown) tokens.push(text.slice(start, end))
    end = start
  }
  if (unknownEnd >= 0) tokens.push(text.slice(0, unknownEnd))
  return tokens.reverse()
}

/** For each place, the best token that ends there. */
function walk(text: string, unigram: Unigram): { readonly starts: Int32Array; readonly ids: Int32Array } {
  const { trie, scores, unknownScore } = unigram
  const { length } = text
  const best = new Float64Array(length + 1)
  const starts = new Int32Array(length + 1).fill(-1)
  const ids = new Int32Array(length + 1)
  for (let start = 0; start < length; ) {
    const next = start + (text.codePointAt(start)! > 0xffff ? 2 : 1)
    let single = false
    for (let node = 0, end = start; end < length; ) {
      node = trie.step(node, text.charCodeAt(end++))
      if (node < 0) break
      const id = trie.value(node)
      if (id < 0) continue
      reach(end, id, best[start]! + scores[id]!)
      if (end === next) single = true
    }
    if (!single) reach(next, unknownOf(unigram), best[start]! + unknownScore)
    start = next
    function reach(end: number, id: number, score: number): void {
      if (starts[end]! >= 0 && score <= best[end]!) return
      best[end] = score
      starts[end] = start
      ids[end] = id
    }
  }
  return { starts, ids }
}

function unknownOf({ unknown, unknownField }: Unigram): number {
  if (unknown !== undefined) return unknown
  throw unknownField.wrong('but needed: the text has a character that is no token')
}
