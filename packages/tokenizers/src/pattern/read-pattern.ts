import type { JsonField } from '@fastflow/core'
import { type Matcher, regexMatcher } from './spans.ts'
import { translatePattern } from './translate.ts'

/** Reads `{ String }` or `{ Regex }`. */
export function readPattern(field: JsonField): Matcher {
  const literal = field.at('String')
  if (!literal.empty) return literalMatcher(literal.text())
  const regex = field.at('Regex')
  if (!regex.empty) return regexMatcher(translatePattern(regex.text(), regex))
  throw field.unsupported('is neither a String nor a Regex')
}

/** Finds a text as it is; an empty one lies between any two characters. */
function literalMatcher(text: string): Matcher {
  return regexMatcher(new RegExp(text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&'), 'gu'))
}
