import { unsupported } from '../errors.ts'
import type { Fields } from '../fields.ts'
import { type Matcher, regexMatcher } from './spans.ts'
import { translatePattern } from './translate.ts'

/** Reads `{ String }` or `{ Regex }`. */
export function readPattern(fields: Fields, name: string): Matcher {
  const path = fields.at(name)
  const pattern = fields.record(name)
  if (pattern.has('String')) return literalMatcher(pattern.string('String'))
  if (pattern.has('Regex'))
    return regexMatcher(translatePattern(pattern.string('Regex'), pattern.at('Regex')))
  throw unsupported(path, 'is neither a String nor a Regex')
}

/** Finds a text as it is; an empty one lies between any two characters. */
function literalMatcher(text: string): Matcher {
  return regexMatcher(new RegExp(text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&'), 'gu'))
}
