import { byType, type Fields, fieldsOf } from '../fields.ts'
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

const READERS: ReadonlyMap<string, (fields: Fields) => PreTokenizer> = new Map<
  string,
  (fields: Fields) => PreTokenizer
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
export function readPreTokenizer(value: unknown, path: string): PreTokenizer {
  return byType(fieldsOf(value, path), READERS)
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

function punctuated(fields: Fields): PreTokenizer {
  const behavior = fields.oneOf('behavior', BEHAVIORS, 'Isolated')
  return splitEach(
    splitBy(
      charMatcher((code) => punctuation.has(code)),
      behavior,
    ),
  )
}

function split(fields: Fields): PreTokenizer {
  const matcher = readPattern(fields, 'pattern')
  const behavior = fields.oneOf('behavior', BEHAVIORS)
  return splitEach(splitBy(fields.boolean('invert') ? inverted(matcher) : matcher, behavior))
}

function digits(fields: Fields): PreTokenizer {
  const behavior = fields.boolean('individual_digits') ? 'Isolated' : 'Contiguous'
  return splitEach(
    splitBy(
      charMatcher((code) => numeric.has(code)),
      behavior,
    ),
  )
}

function sequence(fields: Fields): PreTokenizer {
  const steps = fields
    .list('pretokenizers')
    .map((step, k) => readPreTokenizer(step, `${fields.at('pretokenizers')}[${k}]`))
  return (pieces) => steps.reduce((parts, step) => step(parts), pieces)
}
