import { escapeCode } from '../unicode/ranges.ts'
import { isCased, posixClass, propertyClass, wordMembers } from './properties.ts'
import type { Reader } from './reader.ts'

/** A class in JavaScript's words, or one character. */
export type Atom = { readonly source: string } | { readonly code: number }

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
  ['a', 7],
  ['e', 27],
])

const SHORTHANDS: ReadonlyMap<string, () => string> = new Map([
  ['s', () => '[\\p{White_Space}]'],
  ['d', () => propertyClass('Nd')!],
  ['w', wordMembers],
  ['h', () => '[0-9A-Fa-f]'],
])

/** Reads what follows a backslash, inside and outside of a class; undefined for anything else. */
export function readEscape(reader: Reader, ignoreCase: boolean): Atom | undefined {
  const char = reader.peek()
  if (char === '') throw reader.wrong('a backslash at the end')
  if (char === 'p' || char === 'P') return { source: readProperty(reader, ignoreCase) }
  const shorthand = SHORTHANDS.get(char.toLowerCase())
  if (shorthand !== undefined) {
    reader.next()
    return { source: char === char.toLowerCase() ? shorthand() : negated(shorthand()) }
  }
  const control = CONTROLS.get(char)
  if (control !== undefined) {
    reader.next()
    return { code: control }
  }
  const hex = reader.match(/x\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-7][0-9A-Fa-f])(?![0-9A-Fa-f])/y)
  if (hex !== undefined) return { code: codeOf(reader, (hex[1] ?? hex[2] ?? hex[3])!) }
  if (/[A-Za-z0-9]/.test(char)) return undefined
  reader.next()
  return { code: char.codePointAt(0)! }
}

export function sourceOf(atom: Atom): string {
  return 'code' in atom ? escapeCode(atom.code) : atom.source
}

export function negated(source: string): string {
  return `[^${source}]`
}

/** `[:alpha:]` or `[:^alpha:]` inside a class, behind the first bracket; undefined where none comes. */
export function readPosix(reader: Reader, ignoreCase: boolean): string | undefined {
  const found = reader.match(/:(\^?)([a-z]+):\]/y)
  if (found === undefined) return undefined
  const [, not, name] = found
  const source = posixClass(name!)
  if (source === undefined || (ignoreCase && isCased(name!))) throw reader.refuse(`[${found[0]}`)
  return not === '' ? source : negated(source)
}

function readProperty(reader: Reader, ignoreCase: boolean): string {
  const found = reader.match(/([pP])\{(\^?)([^}]*)\}/y)
  if (found === undefined) throw reader.wrong('\\p without a name in braces')
  const [, letter, caret, name] = found
  const source = propertyClass(name!)
  if (source === undefined || (ignoreCase && isCased(name!))) throw reader.refuse(`\\${found[0]}`)
  return (letter === 'P') === (caret === '^') ? source : negated(source)
}

function codeOf(reader: Reader, hex: string): number {
  const code = Number.parseInt(hex, 16)
  if (code > 0x10_ffff || (code >= 0xd800 && code < 0xe000)) throw reader.wrong(`no character ${hex}`)
  return code
}
