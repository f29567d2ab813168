import { fieldsOf } from '../fields.ts'

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
export function readAddedToken(value: unknown, path: string): AddedToken {
  const fields = fieldsOf(value, path)
  // Which id a token gets follows from the vocabulary; one that is no id shows a damaged file.
  if (fields.has('id')) fields.whole('id', 0)
  const special = fields.boolean('special', false)
  return {
    content: fields.string('content'),
    singleWord: fields.boolean('single_word', false),
    leftStrip: fields.boolean('lstrip', false),
    rightStrip: fields.boolean('rstrip', false),
    normalized: fields.boolean('normalized', !special),
    special,
  }
}
