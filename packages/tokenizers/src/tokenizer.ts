import type { AddedVocabulary } from './added/added-vocabulary.ts'
import type { Finder } from './added/finder.ts'
import type { Model } from './models/model.ts'
import { type Normalizer, type Piece, type PreTokenizer, slice, wholePiece } from './piece.ts'
import type { PostProcessor } from './post-processors/post-processor.ts'

export interface EncodeOptions {
  /** Whether the tokens that begin and end every text are put round it; true unless given. */
  readonly addSpecialTokens?: boolean
}

export interface Encoding {
  readonly ids: readonly number[]
}

export interface Tokenizer {
  /** Tokens that have an id, added ones included. */
  readonly vocabSize: number
  /**
   * Ids of a text, all of them: nothing is cut or padded, whatever the document says. Linear in the text but for
   * merges, which take n log n of a word.
   *
   * @throws FastFlowError `model-unreadable` where the text needs a token for what is unknown, and there is none.
   */
  encode(text: string, options?: EncodeOptions): Encoding
  /** Undefined for what is no token. */
  tokenToId(token: string): number | undefined
}

/** What a tokenizer is made of. */
export interface Parts {
  readonly added: AddedVocabulary
  readonly normalizer: Normalizer
  readonly preTokenizer: PreTokenizer
  readonly model: Model
  readonly postProcessor: PostProcessor
}

export function assemble(parts: Parts): Tokenizer {
  const { model, added, postProcessor } = parts
  return {
    vocabSize: new Set([...model.vocab.keys(), ...added.ids.keys()]).size,
    encode: (text, { addSpecialTokens = true } = {}) => ({
      ids: postProcessor([idsOf(text, parts)], addSpecialTokens).flat(),
    }),
    tokenToId: (token) => added.ids.get(token) ?? model.vocab.get(token),
  }
}

/** Ids without those that begin and end a text. */
function idsOf(text: string, { added, normalizer, preTokenizer, model }: Parts): readonly number[] {
  const ids: number[] = []
  const each = (piece: Piece, find: Finder, visit: (part: Piece) => void): void => {
    for (const { start, end, id } of find(piece.text)) {
      if (id !== undefined) ids.push(id)
      else if (start < end) visit(slice(piece, start, end))
    }
  }
  each(wholePiece(text), added.raw, (raw) =>
    each(normalizer(raw), added.normalized, (piece) => {
      for (const { text: word } of preTokenizer([piece])) model.tokenize(word, ids)
    }),
  )
  return ids
}
