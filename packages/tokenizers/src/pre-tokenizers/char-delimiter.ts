import { unreadable } from '../errors.ts'
import type { Fields } from '../fields.ts'
import { charMatcher } from '../pattern/spans.ts'
import { splitBy } from '../pattern/split.ts'
import { type PreTokenizer, splitEach } from '../piece.ts'

export function charDelimiter(fields: Fields): PreTokenizer {
  const delimiter = fields.string('delimiter')
  if ([...delimiter].length !== 1) throw unreadable(fields.at('delimiter'), 'is not one character')
  const code = delimiter.codePointAt(0)!
  return splitEach(
    splitBy(
      charMatcher((other) => other === code),
      'Removed',
    ),
  )
}
