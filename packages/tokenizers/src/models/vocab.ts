import { brief, type JsonField } from '@fastflow/core'
import { ID } from '../document.ts'
import { utf8Of } from '../unicode/utf8.ts'

/** Tokens and their ids. @throws FastFlowError `model-unreadable`. */
export function readVocab(model: JsonField): Map<string, number> {
  return model.at('vocab').wholes(ID)
}

/**
 * @param field what names the token for what is unknown.
 * @throws FastFlowError `model-unreadable` where the vocabulary lacks it.
 */
export function unknownId(vocab: ReadonlyMap<string, number>, token: string, field: JsonField): number {
  const id = vocab.get(token)
  if (id === undefined) throw field.wrongAt('', `the vocabulary has no ${brief(token)}`)
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
