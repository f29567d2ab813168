import type { Fields } from '../fields.ts'
import type { Model } from './model.ts'
import { readVocab, unknownId } from './vocab.ts'

/** Each piece is one token. */
export function readWordLevel(fields: Fields): Model {
  const vocab = readVocab(fields)
  const unknown = fields.string('unk_token', '<unk>')
  return {
    vocab,
    size: vocab.size,
    tokenize(piece, ids) {
      ids.push(vocab.get(piece) ?? unknownId(vocab, unknown, fields.at('unk_token')))
    },
  }
}
