import type { JsonField } from '@fastflow/core'
import type { Model } from './model.ts'
import { readVocab, unknownId } from './vocab.ts'

/** The longest token that a word begins with, then the longest one that the rest does; all or nothing. */
export function readWordPiece(field: JsonField): Model {
  const vocab = readVocab(field)
  const unknown = field.at('unk_token')
  const token = unknown.text({ otherwise: '[UNK]' })
  const prefix = field.at('continuing_subword_prefix').text({ otherwise: '##' })
  const most = field.at('max_input_chars_per_word').whole({ otherwise: 100 })
  let longest = 0
  for (const known of vocab.keys()) longest = Math.max(longest, known.length)
  return {
    vocab,
    size: vocab.size,
    tokenize(piece, ids) {
      const found = [...piece].length > most ? undefined : piecesOf(piece, vocab, prefix, longest)
      if (found !== undefined) for (const id of found) ids.push(id)
      else ids.push(unknownId(vocab, token, unknown))
    },
  }
}

/** Undefined where the rest of the word is no token. */
function piecesOf(
  word: string,
  vocab: ReadonlyMap<string, number>,
  prefix: string,
  longest: number,
): readonly number[] | undefined {
  const ids: number[] = []
  for (let start = 0; start < word.length; ) {
    let end = Math.min(word.length, start + longest)
    let id: number | undefined
    while (end > start) {
      const part = word.slice(start, end)
      id = vocab.get(start > 0 ? prefix + part : part)
      if (id !== undefined) break
      end--
    }
    if (id === undefined) return undefined
    ids.push(id)
    start = end
  }
  return ids
}
