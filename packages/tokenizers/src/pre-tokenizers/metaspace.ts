import { unreadable } from '../errors.ts'
import type { Fields } from '../fields.ts'
import { mapping } from '../normalizers/mapping.ts'
import { charMatcher } from '../pattern/spans.ts'
import { splitBy } from '../pattern/split.ts'
import { type PreTokenizer, prepend, splitEach } from '../piece.ts'

const SCHEMES = ['first', 'never', 'always'] as const

/** Writes spaces as one character, and splits before it. */
export function metaspace(fields: Fields): PreTokenizer {
  const replacement = fields.string('replacement')
  if ([...replacement].length !== 1) throw unreadable(fields.at('replacement'), 'is not one character')
  const scheme = schemeOf(fields)
  const code = replacement.codePointAt(0)!
  const split = splitBy(
    charMatcher((other) => other === code),
    'MergedWithNext',
  )
  const splits = fields.boolean('split', true)
  const spaces = mapping((text) => text.replaceAll(' ', replacement))
  return splitEach((part) => {
    const spaced = spaces(part)
    const marks = scheme === 'always' || (scheme === 'first' && part.head > 0)
    const piece = marks && !spaced.text.startsWith(replacement) ? prepend(replacement, spaced) : spaced
    return splits ? split(piece) : [piece]
  })
}

/** Older documents say `add_prefix_space` instead. */
function schemeOf(fields: Fields): (typeof SCHEMES)[number] {
  const scheme = fields.oneOf('prepend_scheme', SCHEMES, 'always')
  if (fields.boolean('add_prefix_space', true)) return scheme
  if (fields.has('prepend_scheme') && scheme !== 'never')
    throw unreadable(fields.at('add_prefix_space'), 'contradicts prepend_scheme')
  return 'never'
}
