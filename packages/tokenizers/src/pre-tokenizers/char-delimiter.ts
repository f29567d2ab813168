import type { JsonField } from '@fastflow/core'
import { charMatcher } from '../pattern/spans.ts'
import { splitBy } from '../pattern/split.ts'
import { type PreTokenizer, splitEach } from '../piece.ts'
import { oneCharacter } from './one-character.ts'

export function charDelimiter(field: JsonField): PreTokenizer {
  const code = oneCharacter(field.at('delimiter')).codePointAt(0)!
  return splitEach(
    splitBy(
      charMatcher((other) => other === code),
      'Removed',
    ),
  )
}
