import { unsupported } from '../errors.ts'
import { byType, type Fields, fieldsOf } from '../fields.ts'
import { readBpe } from './bpe.ts'
import type { Model } from './model.ts'
import { readUnigram } from './unigram.ts'
import { readWordLevel } from './word-level.ts'
import { readWordPiece } from './word-piece.ts'

const READERS: ReadonlyMap<string, (fields: Fields) => Model> = new Map<string, (fields: Fields) => Model>([
  ['BPE', readBpe],
  ['Unigram', readUnigram],
  ['WordPiece', readWordPiece],
  ['WordLevel', readWordLevel],
])

/** @throws FastFlowError `model-unreadable`, `unsupported`. */
export function readModel(value: unknown, path: string): Model {
  const fields = fieldsOf(value, path)
  return fields.has('type') ? byType(fields, READERS) : untyped(fields)
}

/** Older documents do not say what their model is; what it has tells. */
function untyped(fields: Fields): Model {
  if (fields.has('merges')) return readBpe(fields)
  if (Array.isArray(fields.value('vocab'))) return readUnigram(fields)
  if (fields.has('continuing_subword_prefix')) return readWordPiece(fields)
  if (fields.has('vocab') && fields.has('unk_token')) return readWordLevel(fields)
  throw unsupported(fields.path, `is none of ${[...READERS.keys()].join(', ')}`)
}
