import type { JsonField } from '@fastflow/core'
import { mapping } from '../normalizers/mapping.ts'
import { charMatcher } from '../pattern/spans.ts'
import { splitBy } from '../pattern/split.ts'
import { type PreTokenizer, prepend, splitEach } from '../piece.ts'
import { oneCharacter } from './one-character.ts'

const SCHEMES = ['first', 'never', 'always'] as const

/** Writes spaces as one character, and splits before it. */
export function metaspace(field: JsonField): PreTokenizer {
  const replacement = oneCharacter(field.at('replacement'))
  const scheme = schemeOf(field)
  const code = replacement.codePointAt(0)!
  const split = splitBy(
    charMatcher((other) => other === code),
    'MergedWithNext',
  )
  const splits = field.at('split').flag({ otherwise: true })
  const spaces = mapping((text) => text.replaceAll(' ', replacement))
  return splitEach((part) => {
    const spaced = spaces(part)
    const marks = scheme === 'always' || (scheme === 'first' && part.head > 0)
    const piece = marks && !spaced.text.startsWith(replacement) ? prepend(replacement, spaced) : spaced
    return splits ? split(piece) : [piece]
  })
}

/** Older documents say `add_prefix_space` instead. */
function schemeOf(field: JsonField): (typeof SCHEMES)[number] {
  const given = field.at('prepend_scheme')
  const scheme = given.oneOf(SCHEMES, { otherwise: 'always', open: true })
  const adds = field.at('add_prefix_space')
  if (adds.flag({ otherwise: true })) return scheme
  if (!given.empty && scheme !== 'never') throw adds.wrong('contradicts prepend_scheme')
  return 'never'
}
