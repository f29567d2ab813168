import type { ByteString } from './encodings.ts'

// Bytes that UTF-8 shows once some of it was lost, and the words that a space may stand before. Patterns are those of ftfy 6.3
// by Robyn Speer, https://github.com/rspeer/python-ftfy, which explains each of them; the same texts have to be restored.

/** A word of its own, `à`, whose second byte a space took the place of; the words of Portuguese that begin with it are not. */
const A_GRAVE = /\xc3 (?! |quele|quela|quilo|s )/g

/** UTF-8 in which a space stands for byte 0xa0. */
const SPACED = new RegExp(
  [
    '[\\xc2\\xc3\\xc5\\xce\\xd0\\xd9] ',
    '[\\xe2\\xe3] [\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf]',
    '[\\xe0-\\xe3][\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf] ',
    '\\xf0 [\\x80-\\xbf][\\x80-\\xbf]',
    '\\xf0[\\x80-\\xbf] [\\x80-\\xbf]',
    '\\xf0[\\x80-\\xbf][\\x80-\\xbf] ',
  ].join('|'),
  'g',
)

/** UTF-8 of which bytes were lost, which a substitute or a question mark stands for. */
const LOSSY = new RegExp(
  [
    '[\\xc2-\\xdf]\\x1a',
    '[\\xc2-\\xc3]\\?',
    '\\xed[\\xa0-\\xaf][\\x1a?]\\xed[\\xb0-\\xbf][\\x1a?\\x80-\\xbf]',
    '\\xed[\\xa0-\\xaf][\\x1a?\\x80-\\xbf]\\xed[\\xb0-\\xbf][\\x1a?]',
    '[\\xe0-\\xef][\\x1a?][\\x1a\\x80-\\xbf]',
    '[\\xe0-\\xef][\\x1a\\x80-\\xbf][\\x1a?]',
    '[\\xf0-\\xf4][\\x1a?][\\x1a\\x80-\\xbf][\\x1a\\x80-\\xbf]',
    '[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a?][\\x1a\\x80-\\xbf]',
    '[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a\\x80-\\xbf][\\x1a?]',
    '\\x1a',
  ].join('|'),
  'g',
)

/** The replacement character in UTF-8. */
const REPLACEMENT = '\xef\xbf\xbd'

/** Puts back bytes 0xa0 that became spaces. */
export function restoreSpaces(bytes: ByteString): ByteString {
  if (bytes.search(SPACED) === -1) return bytes
  return bytes.replace(A_GRAVE, '\xc3\xa0 ').replace(SPACED, (match) => match.replaceAll(' ', '\xa0'))
}

/** Characters of which bytes were lost become the replacement character. */
export function replaceLost(bytes: ByteString): ByteString {
  return bytes.replace(LOSSY, REPLACEMENT)
}
