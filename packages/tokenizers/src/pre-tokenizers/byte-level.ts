import type { JsonField } from '@fastflow/core'
import { mapping } from '../normalizers/mapping.ts'
import { type Matcher, regexMatcher } from '../pattern/spans.ts'
import { splitBy } from '../pattern/split.ts'
import { translatePattern } from '../pattern/translate.ts'
import { type PreTokenizer, prepend, splitEach } from '../piece.ts'
import { toByteLevel } from '../unicode/byte-level.ts'

/** How GPT-2 splits. */
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"

/** Splits as GPT-2 does, and writes bytes in its alphabet. */
export function byteLevel(field: JsonField): PreTokenizer {
  const prefix = field.at('add_prefix_space').flag()
  const matcher: Matcher | undefined = field.at('use_regex').flag({ otherwise: true })
    ? regexMatcher(translatePattern(GPT2, field))
    : undefined
  const split = matcher === undefined ? undefined : splitBy(matcher, 'Isolated')
  const bytes = mapping(toByteLevel)
  return splitEach((part) => {
    const piece = prefix && !part.text.startsWith(' ') ? prepend(' ', part) : part
    return (split === undefined ? [piece] : split(piece)).map(bytes)
  })
}
