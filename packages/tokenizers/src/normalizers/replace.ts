import type { Fields } from '../fields.ts'
import { readPattern } from '../pattern/read-pattern.ts'
import type { Normalizer } from '../piece.ts'

/** Puts a text in the place of each match, as it is: `$1` is no group. */
export function replacing(fields: Fields): Normalizer {
  const matcher = readPattern(fields, 'pattern')
  const content = fields.string('content')
  return ({ text, first }) => {
    const spans = matcher(text)
    const changed = spans.map(({ start, end, matched }) => (matched ? content : text.slice(start, end)))
    const [lead] = spans
    // What replaces several characters stands where the last of them did.
    const moved =
      lead?.matched === true && (content === '' ? lead.end > 0 : [...text.slice(0, lead.end)].length > 1)
    return { text: changed.join(''), first: first && !moved }
  }
}
