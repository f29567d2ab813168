import { escapeCode } from '../unicode/ranges.ts'
import { type Atom, negated, readEscape, readPosix } from './escapes.ts'
import { foldedMembers } from './folds.ts'
import type { Reader } from './reader.ts'

/** Reads a class behind its opening bracket: members, ranges, classes in it, `&&`. */
export function readClass(reader: Reader, ignoreCase: boolean): string {
  const not = reader.skip('^')
  const operands: string[] = []
  let members = ''
  if (reader.peek() === ']') throw reader.refuse('a class that begins with ]')
  while (!reader.skip(']')) {
    if (reader.peek() === '') throw reader.wrong('a class without an end')
    if (reader.skip('&&')) {
      operands.push(`[${members}]`)
      members = ''
    } else members += readMember(reader, ignoreCase)
  }
  operands.push(`[${members}]`)
  const source = operands.length === 1 ? operands[0]! : `[${operands.join('&&')}]`
  return not ? negated(source) : source
}

function readMember(reader: Reader, ignoreCase: boolean): string {
  if (reader.skip('[')) return readPosix(reader, ignoreCase) ?? readClass(reader, ignoreCase)
  const first = readAtom(reader, ignoreCase)
  if (!('code' in first)) return first.source
  const ranges = reader.peek() === '-' && reader.peek(1) !== ']' && reader.peek(1) !== ''
  if (!ranges) return members(reader, first.code, first.code, ignoreCase)
  reader.next()
  if (reader.peek() === '[') throw reader.refuse('a range that ends with a class')
  const last = readAtom(reader, ignoreCase)
  if (!('code' in last)) throw reader.refuse('a range that ends with a class')
  if (last.code < first.code) throw reader.wrong('a range that ends before it begins')
  return members(reader, first.code, last.code, ignoreCase)
}

function readAtom(reader: Reader, ignoreCase: boolean): Atom {
  if (!reader.skip('\\')) return { code: reader.next().codePointAt(0)! }
  if (reader.skip('b')) return { code: 8 }
  const atom = readEscape(reader, ignoreCase)
  if (atom === undefined) throw reader.refuse(`\\${reader.peek()} in a class`)
  return atom
}

function members(reader: Reader, first: number, last: number, ignoreCase: boolean): string {
  if (!ignoreCase) return first === last ? escapeCode(first) : `${escapeCode(first)}-${escapeCode(last)}`
  if (last > 0x7f && first !== last) throw reader.refuse('a range beyond ASCII where case is ignored')
  let source = ''
  for (let code = first; code <= last; code++) {
    const folded = foldedMembers(code)
    if (folded === undefined) throw reader.refuse(`${String.fromCodePoint(code)} where case is ignored`)
    source += folded
  }
  return source
}
