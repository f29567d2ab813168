import { readAddedToken } from './added/added-token.ts'
import { type AddedVocabulary, createAddedVocabulary } from './added/added-vocabulary.ts'
import type { Finder } from './added/finder.ts'
import { type Fields, fieldsOf } from './fields.ts'
import type { Model } from './models/model.ts'
import { readModel } from './models/read.ts'
import { readNormalizer } from './normalizers/read.ts'
import { type Normalizer, type Piece, type PreTokenizer, slice } from './piece.ts'
import { type PostProcessor, readPostProcessor } from './post-processors/read.ts'
import { readPreTokenizer } from './pre-tokenizers/read.ts'

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

interface Parts {
  readonly added: AddedVocabulary
  readonly normalizer: Normalizer
  readonly preTokenizer: PreTokenizer
  readonly model: Model
  readonly postProcessor: PostProcessor
}

/**
 * Makes a tokenizer of a parsed `tokenizer.json`, the format of Hugging Face `tokenizers`. Ids equal those of that library,
 * version 0.22, whatever the engine knows of Unicode. The document's truncation and padding are ignored: the caller pads.
 *
 * @throws FastFlowError `model-unreadable` for a document that is none, `unsupported` for what this version does not do;
 * `field` is the path of what is wrong.
 */
export function createTokenizer(document: unknown): Tokenizer {
  const fields = fieldsOf(document, 'tokenizer')
  const normalizer = fields.has('normalizer')
    ? readNormalizer(fields.value('normalizer'), fields.at('normalizer'))
    : same
  const model = readModel(fields.value('model'), fields.at('model'))
  const added = createAddedVocabulary(readTokens(fields), model, normalizer, fields.at('added_tokens'))
  const parts = {
    added,
    normalizer,
    model,
    preTokenizer: fields.has('pre_tokenizer')
      ? readPreTokenizer(fields.value('pre_tokenizer'), fields.at('pre_tokenizer'))
      : same,
    postProcessor: fields.has('post_processor')
      ? readPostProcessor(fields.value('post_processor'), fields.at('post_processor'))
      : same,
  }
  return {
    vocabSize: new Set([...model.vocab.keys(), ...added.ids.keys()]).size,
    encode: (text, { addSpecialTokens = true } = {}) => ({
      ids: parts.postProcessor([idsOf(text, parts)], addSpecialTokens).flat(),
    }),
    tokenToId: (token) => added.ids.get(token) ?? model.vocab.get(token),
  }
}

function same<T>(value: T): T {
  return value
}

function readTokens(fields: Fields): ReturnType<typeof readAddedToken>[] {
  if (!fields.has('added_tokens')) return []
  return fields
    .list('added_tokens')
    .map((token, k) => readAddedToken(token, `${fields.at('added_tokens')}[${k}]`))
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
  each({ text, first: true }, added.raw, (raw) =>
    each(normalizer(raw), added.normalized, (piece) => {
      for (const { text: word } of preTokenizer([piece])) model.tokenize(word, ids)
    }),
  )
  return ids
}
