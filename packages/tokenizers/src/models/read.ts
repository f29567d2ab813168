import type { JsonField } from '@fastflow/core'
import { byType } from '../document.ts'
import { readBpe } from './bpe.ts'
import type { Model } from './model.ts'
import { readUnigram } from './unigram.ts'
import { readWordLevel } from './word-level.ts'
import { readWordPiece } from './word-piece.ts'

const READERS: ReadonlyMap<string, (field: JsonField) => Model> = new Map<
  string,
  (field: JsonField) => Model
>([
  ['BPE', readBpe],
  ['Unigram', readUnigram],
  ['WordPiece', readWordPiece],
  ['WordLevel', readWordLevel],
])

/** @throws FastFlowError `model-unreadable`, `unsupported`. */
export function readModel(field: JsonField): Model {
  return field.at('type').empty ? untyped(field) : byType(field, READERS)
}

/** Older documents do not say what their model is; what it has tells. */
function untyped(field: JsonField): Model {
  const has = (name: string): boolean => !field.at(name).empty
  if (has('merges')) return readBpe(field)
  if (Array.isArray(field.at('vocab').value)) return readUnigram(field)
  if (has('continuing_subword_prefix')) return readWordPiece(field)
  if (has('vocab') && has('unk_token')) return readWordLevel(field)
  throw field.unsupported(`is none of ${[...READERS.keys()].join(', ')}`)
}
