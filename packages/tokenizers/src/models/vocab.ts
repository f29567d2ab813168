import { unreadable } from '../errors.ts'
import { type Fields, isWhole, wholeOf } from '../fields.ts'
import { utf8Of } from '../unicode/utf8.ts'

/** Tokens and their ids. @throws FastFlowError `model-unreadable`. */
export function readVocab(fields: Fields): Map<string, number> {
  const entries = fields.record('vocab')
  const vocab = new Map<string, number>()
  for (const [token, id] of Object.entries(fields.value('vocab') as object)) {
    // A path for each of so many would cost more than the rest.
    vocab.set(token, isWhole(id, 0) ? id : wholeOf(id, entries.at(token), 0))
  }
  return vocab
}

/** @throws FastFlowError `model-unreadable` where the vocabulary lacks the token for what is unknown. */
export function unknownId(vocab: ReadonlyMap<string, number>, unknown: string, path: string): number {
  const id = vocab.get(unknown)
  if (id === undefined) throw unreadable(path, `the vocabulary has no ${JSON.stringify(unknown)}`)
  return id
}

/** Tokens of the bytes of a text; undefined where one is missing. */
export function bytesOf(text: string, vocab: ReadonlyMap<string, number>): readonly number[] | undefined {
  const ids: number[] = []
  for (const byte of utf8Of(text)) {
    const id = vocab.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`)
    if (id === undefined) return undefined
    ids.push(id)
  }
  return ids
}
