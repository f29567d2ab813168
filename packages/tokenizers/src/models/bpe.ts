import type { Fields } from '../fields.ts'
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
  /** Where the model stands in its document, for errors. */
  readonly path: string
}

/** Dropout is for training, and ignored. */
export function readBpe(fields: Fields): Model {
  const vocab = readVocab(fields)
  const prefix = fields.string('continuing_subword_prefix', '')
  const path = fields.at('merges')
  return createBpe({
    vocab,
    merges: createMerges(readPairs(fields.list('merges'), path), vocab, prefix, path),
    unknown: fields.has('unk_token') ? fields.string('unk_token') : undefined,
    fuseUnknown: fields.boolean('fuse_unk', false),
    byteFallback: fields.boolean('byte_fallback', false),
    ignoreMerges: fields.boolean('ignore_merges', false),
    prefix,
    suffix: fields.string('end_of_word_suffix', ''),
    path: fields.path,
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
      held = unknownId(vocab, options.unknown, `${options.path}.unk_token`)
    }
  }
  if (held !== undefined) symbols.push(held)
  return symbols
}
