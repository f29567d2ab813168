import type { JsonField } from '@fastflow/core'
import { ID } from '../document.ts'

/** A token that is found in the text before the model sees it. */
export interface AddedToken {
  readonly content: string
  /** Matches only where no word goes on at either side. */
  readonly singleWord: boolean
  /** Takes the white space before it. */
  readonly leftStrip: boolean
  /** Takes the white space behind it. */
  readonly rightStrip: boolean
  /** Is looked for, itself normalized, in the normalized text. */
  readonly normalized: boolean
  readonly special: boolean
  /** Where it is given, and not to follow from the model and the tokens before. */
  readonly id?: number
}

/** @throws FastFlowError `model-unreadable`. */
export function readAddedToken(field: JsonField): AddedToken {
  // Which id a token gets follows from the vocabulary; one that is no id shows a damaged file.
  field.at('id').whole({ ...ID, otherwise: 0 })
  const flag = (name: string, otherwise: boolean): boolean => field.at(name).flag({ otherwise })
  const special = flag('special', false)
  return {
    content: field.at('content').text(),
    singleWord: flag('single_word', false),
    leftStrip: flag('lstrip', false),
    rightStrip: flag('rstrip', false),
    normalized: flag('normalized', !special),
    special,
  }
}
