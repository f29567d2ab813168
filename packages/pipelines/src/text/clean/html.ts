import { decodeHTML, decodeHTMLStrict } from 'entities'
import { c1ToWindows } from './encodings.ts'

const REFERENCE = /&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g
const CLEAR_REFERENCE = /&#?[0-9A-Za-z]{1,24};/g

/** Python's `html.unescape`: what browsers make of character references, those without a semicolon included. */
export function unescapeHtml(text: string): string {
  return text.replace(REFERENCE, (reference) =>
    reference[1] === '#' ? numbered(reference) : decodeHTML(reference),
  )
}

/** ftfy's: only references that end in a semicolon, and those of lower case written in upper case. */
export function unescapeClearHtml(text: string): string {
  return text.replace(CLEAR_REFERENCE, (reference) => {
    if (reference[1] === '#') {
      const char = unescapeHtml(reference)
      return char.includes(';') ? reference : char
    }
    const char = decodeHTMLStrict(reference)
    if (char !== reference) return char
    if (reference !== reference.toUpperCase() || unescapeHtml(reference) !== reference) return reference
    const lower = reference.toLowerCase()
    const small = decodeHTMLStrict(lower)
    return small === lower ? reference : small.toUpperCase()
  })
}

/** `&#38;` and `&#x26;`. */
function numbered(reference: string): string {
  const digits = reference.replace(/^&#|;$/g, '')
  const hex = /^[xX]/.test(digits)
  const code = Number.parseInt(hex ? digits.slice(1) : digits, hex ? 16 : 10)
  if (code === 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return '\ufffd'
  if (code === 0x0d) return '\r'
  if (code >= 0x80 && code < 0xa0) return c1ToWindows(String.fromCharCode(code))
  return isNoCharacter(code) ? '' : String.fromCodePoint(code)
}

function isNoCharacter(code: number): boolean {
  if (code < 0x20) return code < 0x09 || code === 0x0b || code > 0x0d
  return code === 0x7f || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe
}
