import type { JsonField } from '@fastflow/core'
import type { Normalizer } from '../piece.ts'
import { lowercase, normalize } from '../unicode/normalize.ts'
import { control, isWhitespace, nonspacing } from '../unicode/sets.ts'
import { dropping, mapping } from './mapping.ts'

/** First and last of the blocks that BERT takes for Chinese. */
const CHINESE: readonly (readonly [number, number])[] = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x2_0000, 0x2_a6df],
  [0x2_a700, 0x2_b73f],
  [0x2_b740, 0x2_b81f],
  [0x2_b920, 0x2_ceaf],
  [0x2_f800, 0x2_fa1f],
]

/** What BERT does to a text: cleaning, spaces round Chinese characters, no accents, lower case. */
export function bertNormalizer(field: JsonField): Normalizer {
  const flag = (name: string, otherwise: boolean): boolean => field.at(name).flag({ otherwise })
  const lower = flag('lowercase', true)
  const accents = flag('strip_accents', lower)
  const steps = [
    ...(flag('clean_text', true) ? [dropping((code) => control.has(code)), mapping(blanks)] : []),
    ...(flag('handle_chinese_chars', true) ? [mapping(spacedChinese)] : []),
    ...(accents ? [mapping((text) => normalize(text, 'NFD')), dropping((code) => nonspacing.has(code))] : []),
    ...(lower ? [mapping(lowercase)] : []),
  ]
  return (piece) => steps.reduce((changed, step) => step(changed), piece)
}

function blanks(text: string): string {
  let changed = ''
  for (const char of text) changed += isWhitespace(char.codePointAt(0)!) ? ' ' : char
  return changed
}

/** Spaces round Chinese characters. */
export function spacedChinese(text: string): string {
  let changed = ''
  for (const char of text) changed += isChinese(char.codePointAt(0)!) ? ` ${char} ` : char
  return changed
}

function isChinese(code: number): boolean {
  return CHINESE.some(([first, last]) => first <= code && code <= last)
}
