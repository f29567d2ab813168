import type { JsonField } from '@fastflow/core'
import { readClass } from './char-class.ts'
import { negated, readEscape, sourceOf } from './escapes.ts'
import { foldedMembers, isLigature } from './folds.ts'
import { wordClass } from './properties.ts'
import { createReader, type Reader } from './reader.ts'

/** What options in force where a part of the pattern is read. */
interface Mode {
  readonly ignoreCase: boolean
  /** Whether `.` is any character; without it, any but a line feed. */
  readonly dotAll: boolean
}

const START = '(?<![^])'
const END = '(?![^])'
const LOOKS: readonly string[] = ['?=', '?!', '?<=', '?<!']

/** Groups that only this translation makes: what is possessive matches once, and is then repeated as it was. */
interface Groups {
  count: number
}

/**
 * A regular expression as Oniguruma reads it (Ruby's syntax, as `tokenizers` uses it) in JavaScript's, flags `gv`.
 *
 * @param field what asks for it, for errors.
 * @throws FastFlowError `unsupported` for what JavaScript cannot say, `model-unreadable` for what is no pattern.
 */
export function translatePattern(pattern: string, field: JsonField): RegExp {
  const reader = createReader(pattern, field)
  const source = readAlternatives(reader, { ignoreCase: false, dotAll: false }, { count: 0 })
  if (reader.peek() !== '') throw reader.wrong('a ) without its (')
  try {
    return new RegExp(source, 'gv')
  } catch (cause) {
    throw field.wrong('is no pattern', cause)
  }
}

/** Reads up to the bracket that ends a group, or to the end. */
function readAlternatives(reader: Reader, mode: Mode, groups: Groups): string {
  let source = ''
  let before = ''
  while (reader.peek() !== '' && reader.peek() !== ')') {
    if (reader.skip('|')) {
      source += '|'
      before = ''
      continue
    }
    const options = reader.match(/\(\?([imx]*)(?:-([imx]*))?\)/y)
    if (options !== undefined) {
      const changed = changedMode(reader, mode, options[1]!, options[2] ?? '')
      return `${source}(?:${readAlternatives(reader, changed, groups)})`
    }
    if (reader.match(/\(\?#[^)]*\)/y) !== undefined) continue
    const letter = reader.peek()
    const atom = readAtom(reader, mode, groups)
    if (mode.ignoreCase && isLigature(before, letter))
      throw reader.refuse(`${before}${letter} where case is ignored`)
    before = letter
    source += readQuantifiers(reader, atom, groups)
  }
  return source
}

function readAtom(reader: Reader, mode: Mode, groups: Groups): string {
  const char = reader.next()
  switch (char) {
    case '(':
      return readGroup(reader, mode, groups)
    case '[':
      return readClass(reader, mode.ignoreCase)
    case '.':
      return mode.dotAll ? '[^]' : '[^\\n]'
    case '^':
      return `(?:${START}|(?<=\\n)(?=[^]))`
    case '$':
      return `(?:(?=\\n)|${END})`
    case '\\':
      return readEscaped(reader, mode)
    case '*':
    case '+':
    case '?':
      throw reader.wrong(`nothing for ${char} to repeat`)
    default:
      return readLiteral(reader, char, mode)
  }
}

function readLiteral(reader: Reader, char: string, mode: Mode): string {
  const code = char.codePointAt(0)!
  if (!mode.ignoreCase) return sourceOf({ code })
  const folded = foldedMembers(code)
  if (folded === undefined) throw reader.refuse(`${char} where case is ignored`)
  return `[${folded}]`
}

function readEscaped(reader: Reader, mode: Mode): string {
  if (reader.skip('A')) return START
  if (reader.skip('z')) return END
  if (reader.skip('Z')) return `(?=\\n?${END})`
  if (reader.skip('b')) return boundary(true)
  if (reader.skip('B')) return boundary(false)
  if (reader.skip('w')) return wordClass()
  if (reader.skip('W')) return negated(wordClass())
  const atom = readEscape(reader, mode.ignoreCase)
  if (atom === undefined) throw reader.refuse(`\\${reader.peek()}`)
  return 'code' in atom ? readLiteral(reader, String.fromCodePoint(atom.code), mode) : atom.source
}

/** A place between a character of a word and another one. */
function boundary(is: boolean): string {
  const word = wordClass()
  return is
    ? `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
    : `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`
}

/** Reads a group behind its opening bracket. */
function readGroup(reader: Reader, mode: Mode, groups: Groups): string {
  const close = (inner: Mode): string => {
    const source = readAlternatives(reader, inner, groups)
    if (!reader.skip(')')) throw reader.wrong('a ( without its )')
    return source
  }
  for (const look of LOOKS) if (reader.skip(look)) return `(${look}${close(mode)})`
  if (reader.skip('?>')) return atomic(close(mode), groups)
  if (reader.match(/\?<[A-Za-z_]\w*>/y) !== undefined) return `(?:${close(mode)})`
  const options = reader.match(/\?([imx]*)(?:-([imx]*))?:/y)
  if (options !== undefined) return `(?:${close(changedMode(reader, mode, options[1]!, options[2] ?? ''))})`
  if (reader.peek() === '?') throw reader.refuse(`(${reader.peek()}${reader.peek(1)}`)
  return `(?:${close(mode)})`
}

function changedMode(reader: Reader, mode: Mode, on: string, off: string): Mode {
  if (on.includes('x') || off.includes('x')) throw reader.refuse('the option x')
  const after = (letter: string, before: boolean): boolean =>
    off.includes(letter) ? false : on.includes(letter) || before
  return { ignoreCase: after('i', mode.ignoreCase), dotAll: after('m', mode.dotAll) }
}

/** Reads the quantifiers of an atom; one behind the other repeat what the first made. */
function readQuantifiers(reader: Reader, atom: string, groups: Groups): string {
  let source = atom
  for (;;) {
    const simple = reader.match(/([*+?])([+?]?)/y)
    if (simple !== undefined) {
      const [, times, kind] = simple
      source = kind === '+' ? atomic(`(?:${source})${times}`, groups) : `(?:${source})${times}${kind}`
      continue
    }
    const counted = reader.match(/\{(\d*)(,?)(\d*)\}/y)
    if (counted === undefined || counted[0] === '{}' || counted[0] === '{,}')
      return counted === undefined ? source : `${source}${literalBraces(counted[0])}`
    const [, least, comma, most] = counted
    if (most !== '' && Number(most) < Number(least))
      throw reader.refuse(`${counted[0]}, a range the wrong way round,`)
    const repeated = `(?:${source}){${least === '' ? '0' : least}${comma}${most}}`
    // Behind one number, Ruby's `?` makes all of it optional.
    const lazy = comma === ',' && reader.skip('?')
    source = `(?:${repeated}${lazy ? '?' : ''})`
  }
}

function literalBraces(text: string): string {
  return [...text].map((char) => sourceOf({ code: char.codePointAt(0)! })).join('')
}

/** Matches as the first try does, and gives nothing back. */
function atomic(source: string, groups: Groups): string {
  groups.count++
  return `(?:(?=(?<once${groups.count}>${source}))\\k<once${groups.count}>)`
}
