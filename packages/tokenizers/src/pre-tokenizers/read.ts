import type { JsonField } from '@fastflow/core'
import { byType } from '../document.ts'
import { readPattern } from '../pattern/read-pattern.ts'
import { charMatcher, inverted, regexMatcher } from '../pattern/spans.ts'
import { BEHAVIORS, splitBy } from '../pattern/split.ts'
import { type PreTokenizer, splitEach } from '../piece.ts'
import { isWhitespace, numeric, punctuation, word } from '../unicode/sets.ts'
import { byteLevel } from './byte-level.ts'
import { charDelimiter } from './char-delimiter.ts'
import { fixedLength } from './fixed-length.ts'
import { metaspace } from './metaspace.ts'
import { splitScripts } from './unicode-scripts.ts'

const READERS: ReadonlyMap<string, (field: JsonField) => PreTokenizer> = new Map<
  string,
  (field: JsonField) => PreTokenizer
>([
  ['ByteLevel', byteLevel],
  ['Whitespace', whitespace],
  ['WhitespaceSplit', () => whitespaceSplit],
  ['Punctuation', punctuated],
  ['Split', split],
  ['Metaspace', metaspace],
  ['Digits', digits],
  ['BertPreTokenizer', () => bert],
  ['CharDelimiterSplit', charDelimiter],
  ['UnicodeScripts', () => splitEach(splitScripts)],
  ['FixedLength', fixedLength],
  ['Sequence', sequence],
])

/** @throws FastFlowError `model-unreadable`, `unsupported`. */
export function readPreTokenizer(field: JsonField): PreTokenizer {
  return byType(field, READERS)
}

const whitespaceSplit: PreTokenizer = splitEach(splitBy(charMatcher(isWhitespace), 'Removed'))
const isolated: PreTokenizer = splitEach(
  splitBy(
    charMatcher((code) => punctuation.has(code)),
    'Isolated',
  ),
)
const bert: PreTokenizer = (pieces) => isolated(whitespaceSplit(pieces))

/** Words, and runs of what is neither word nor space. */
function whitespace(): PreTokenizer {
  const words = new RegExp(`${word.source()}+|[^${word.source()}\\p{White_Space}]+`, 'gv')
  return splitEach(splitBy(inverted(regexMatcher(words)), 'Removed'))
}

function punctuated(field: JsonField): PreTokenizer {
  const behavior = field.at('behavior').oneOf(BEHAVIORS, { otherwise: 'Isolated', open: true })
  return splitEach(
    splitBy(
      charMatcher((code) => punctuation.has(code)),
      behavior,
    ),
  )
}

function split(field: JsonField): PreTokenizer {
  const matcher = readPattern(field.at('pattern'))
  const behavior = field.at('behavior').oneOf(BEHAVIORS, { open: true })
  return splitEach(splitBy(field.at('invert').flag() ? inverted(matcher) : matcher, behavior))
}

function digits(field: JsonField): PreTokenizer {
  const behavior = field.at('individual_digits').flag() ? 'Isolated' : 'Contiguous'
  return splitEach(
    splitBy(
      charMatcher((code) => numeric.has(code)),
      behavior,
    ),
  )
}

function sequence(field: JsonField): PreTokenizer {
  const steps = field.at('pretokenizers').items().map(readPreTokenizer)
  return (pieces) => steps.reduce((parts, step) => step(parts), pieces)
}
