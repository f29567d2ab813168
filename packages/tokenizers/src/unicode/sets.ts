import { type CharSet, charSet } from './ranges.ts'
import {
  CONTROL,
  MARK,
  NONSPACING,
  NORMALIZED,
  NUMERIC,
  PUNCTUATION,
  UNASSIGNED,
  UNASSIGNED_IN_PYTHON,
  WORD,
} from './tables.ts'

/** Sets of characters as the parts of the reference take them, whatever version of Unicode the engine follows. */
export const unassigned: CharSet = charSet(UNASSIGNED)
export const unassignedInPython: CharSet = charSet(UNASSIGNED_IN_PYTHON)
export const word: CharSet = charSet(WORD)
export const numeric: CharSet = charSet(NUMERIC)
export const punctuation: CharSet = charSet(PUNCTUATION)
export const control: CharSet = charSet(CONTROL)
export const nonspacing: CharSet = charSet(NONSPACING)
export const mark: CharSet = charSet(MARK)
export const normalized: CharSet = charSet(NORMALIZED)

/** White space has been the same since Unicode 6.3; U+FEFF is none. */
export function isWhitespace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 9 && code <= 13)
  if (code < 0x1680) return code === 0x85 || code === 0xa0
  if (code >= 0x2000 && code <= 0x200a) return true
  return (
    code === 0x1680 ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x3000
  )
}
