import type { JsonField } from '@fastflow/core'
import type { Model } from './model.ts'
import { readVocab, unknownId } from './vocab.ts'

/** Each piece is one token. */
export function readWordLevel(field: JsonField): Model {
  const vocab = readVocab(field)
  const unknown = field.at('unk_token')
  const token = unknown.text({ otherwise: '<unk>' })
  return {
    vocab,
    size: vocab.size,
    tokenize(piece, ids) {
      ids.push(vocab.get(piece) ?? unknownId(vocab, token, unknown))
    },
  }
}
