import { escapeCode } from '../unicode/ranges.ts'

/** Letters beyond ASCII that go with one where case is ignored: long s, and the sign of the kelvin. */
const ALSO: ReadonlyMap<string, string> = new Map([
  ['s', 'ſ'],
  ['k', '\u212a'],
])

/** Neighbours that go with one ligature or sharp s where case is ignored. */
const LIGATURES: ReadonlySet<string> = new Set(['ss', 'ff', 'fi', 'fl', 'st'])

/** Whether two letters in a row match what a class of each could not. */
export function isLigature(left: string, right: string): boolean {
  return LIGATURES.has((left + right).toLowerCase())
}

/** Members of a class for one character where case is ignored; undefined where they are not known here. */
export function foldedMembers(code: number): string | undefined {
  const char = String.fromCodePoint(code)
  if (/^[A-Za-z]$/.test(char)) {
    const lower = char.toLowerCase()
    return [lower, lower.toUpperCase(), ALSO.get(lower) ?? '']
      .join('')
      .replace(/./gu, (member) => escapeCode(member.codePointAt(0)!))
  }
  const other = char.toLowerCase() !== char || char.toUpperCase() !== char
  return other || char === 'ı' ? undefined : escapeCode(code)
}
