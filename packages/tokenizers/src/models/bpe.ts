import type { JsonField } from '@fastflow/core'
import { mergeWord } from './merge-word.ts'
import { createMerges, type Merges, readPairs } from './merges.ts'
import type { Model } from './model.ts'
import { bytesOf, readVocab, unknownId } from './vocab.ts'
import { createWordCache } from './word-cache.ts'

export interface BpeOptions {
  readonly vocab: ReadonlyMap<string, number>
  readonly merges: Merges
  readonly unknown: string | undefined
  /** Unknown characters in a row are one unknown token. */
  readonly fuseUnknown: boolean
  /** An unknown character is the tokens of its bytes, where all are known. */
  readonly byteFallback: boolean
  /** A piece that is a token is that token, merged or not. */
  readonly ignoreMerges: boolean
  /** What tokens begin with that do not begin a word. */
  readonly prefix: string
  /** What tokens end with that end a word. */
  readonly suffix: string
  /** What names the unknown token, for errors. */
  readonly unknownField: JsonField
}

/** Dropout is for training, and ignored. */
export function readBpe(field: JsonField): Model {
  const vocab = readVocab(field)
  const prefix = field.at('continuing_subword_prefix').text({ otherwise: '' })
  const merges = field.at('merges')
  const unknownField = field.at('unk_token')
  const flag = (name: string): boolean => field.at(name).flag({ otherwise: false })
  return createBpe({
    vocab,
    merges: createMerges(readPairs(merges), vocab, prefix, merges),
    unknown: unknownField.empty ? undefined : unknownField.text(),
    fuseUnknown: flag('fuse_unk'),
    byteFallback: flag('byte_fallback'),
    ignoreMerges: flag('ignore_merges'),
    prefix,
    suffix: field.at('end_of_word_suffix').text({ otherwise: '' }),
    unknownField,
  })
}

/** Byte pair encoding: the characters of a piece, then merges in the order of their rank. */
export function createBpe(options: BpeOptions): Model {
  const { vocab, merges, ignoreMerges } = options
  const words = createWordCache()
  return {
    vocab,
    size: vocab.size,
    tokenize(piece, ids) {
      const whole = ignoreMerges ? vocab.get(piece) : undefined
      if (whole !== undefined) ids.push(whole)
      else for (const id of words(piece, () => mergeWord(symbolsOf(piece, options), merges))) ids.push(id)
    },
  }
}

function symbolsOf(piece: string, options: BpeOptions): readonly number[] {
  const { vocab, prefix, suffix, byteFallback, fuseUnknown } = options
  const symbols: number[] = []
  // The reference holds an unknown token back until a known character comes; bytes overtake it.
  let held: number | undefined
  let place = 0
  for (const char of piece) {
    const start = place
    place += char.length
    const token = (start > 0 ? prefix : '') + char + (place === piece.length ? suffix : '')
    const id = vocab.get(token)
    if (id !== undefined) {
      if (held !== undefined) symbols.push(held)
      held = undefined
      symbols.push(id)
      continue
    }
    const bytes = byteFallback ? bytesOf(token, vocab) : undefined
    if (bytes !== undefined) symbols.push(...bytes)
    else if (options.unknown !== undefined) {
      if (held !== undefined && !fuseUnknown) symbols.push(held)
      held = unknownId(vocab, options.unknown, options.unknownField)
    }
  }
  if (held !== undefined) symbols.push(held)
  return symbols
}
