import { escapeCode } from '../unicode/ranges.ts'
import { unassigned } from '../unicode/sets.ts'

/**
 * What Oniguruma calls categories, by the names that it takes (without case, blanks, `_` and `-`).
 * `cased`: means something else where case is ignored.
 */
const CATEGORIES: ReadonlyMap<string, string> = new Map(
  (
    [
      ['L', 'letter'],
      ['Lu', 'uppercaseletter'],
      ['Ll', 'lowercaseletter'],
      ['Lt', 'titlecaseletter'],
      ['Lm', 'modifierletter'],
      ['Lo', 'otherletter'],
      ['M', 'mark', 'combiningmark'],
      ['Mn', 'nonspacingmark'],
      ['Mc', 'spacingmark'],
      ['Me', 'enclosingmark'],
      ['N', 'number'],
      ['Nd', 'decimalnumber'],
      ['Nl', 'letternumber'],
      ['No', 'othernumber'],
      ['P', 'punctuation'],
      ['Pc', 'connectorpunctuation'],
      ['Pd', 'dashpunctuation'],
      ['Ps', 'openpunctuation'],
      ['Pe', 'closepunctuation'],
      ['Pi', 'initialpunctuation'],
      ['Pf', 'finalpunctuation'],
      ['Po', 'otherpunctuation'],
      ['S', 'symbol'],
      ['Sm', 'mathsymbol'],
      ['Sc', 'currencysymbol'],
      ['Sk', 'modifiersymbol'],
      ['So', 'othersymbol'],
      ['Z', 'separator'],
      ['Zs', 'spaceseparator'],
      ['Zl', 'lineseparator'],
      ['Zp', 'paragraphseparator'],
      ['C', 'other'],
      ['Cc', 'control'],
      ['Cf', 'format'],
      ['Cn', 'unassigned'],
      ['Co', 'privateuse'],
    ] as const
  ).flatMap(([short, ...long]) =>
    [short.toLowerCase(), ...long].map((name): [string, string] => [name, short]),
  ),
)

const CASED: ReadonlySet<string> = new Set(['Lu', 'Ll', 'Lt', 'upper', 'lower'])

/** Classes in brackets, `[[:alpha:]]`, which are also properties. */
const POSIX: ReadonlyMap<string, () => string> = new Map([
  ['alnum', () => known('[\\p{Alphabetic}\\p{Nd}]')],
  ['alpha', () => known('[\\p{Alphabetic}]')],
  ['ascii', () => '[\\u{0}-\\u{7f}]'],
  ['blank', () => known('[\\p{Zs}\\t]')],
  ['cntrl', () => '[\\p{Cc}]'],
  ['digit', () => known('[\\p{Nd}]')],
  ['lower', () => known('[\\p{Lowercase}]')],
  ['punct', () => known('[\\p{P}\\p{S}]')],
  ['space', () => '[\\p{White_Space}]'],
  ['upper', () => known('[\\p{Uppercase}]')],
  ['word', () => wordMembers()],
  ['xdigit', () => '[0-9A-Fa-f]'],
])

/** Scripts and other properties that JavaScript knows by the same name. */
const SAME: readonly string[] = [
  'Alphabetic',
  'Lowercase',
  'Uppercase',
  'Emoji',
  'Extended_Pictographic',
  'White_Space',
]

/** A class without what came to Unicode after the version of the reference. */
function known(source: string): string {
  return `[${source}--${unassigned.source()}]`
}

/** `\w` in a class. */
export function wordMembers(): string {
  return known('[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]')
}

/** `\w` by itself and at boundaries, where a few numbers of Latin-1 are words too. */
export function wordClass(): string {
  return `[${wordMembers()}\\u{b2}\\u{b3}\\u{b9}\\u{bc}-\\u{be}]`
}

/** The class of a POSIX bracket; undefined for none. */
export function posixClass(name: string): string | undefined {
  return POSIX.get(name)?.()
}

/** The class of `\p{name}`; undefined for none. */
export function propertyClass(name: string): string | undefined {
  const plain = name.replace(/[ _-]/g, '').toLowerCase()
  const category = CATEGORIES.get(plain)
  if (category !== undefined) return categoryClass(category)
  if (plain === 'any') return '[^]'
  return posixClass(plain) ?? sameClass(name)
}

/** Whether a property or bracket tells upper from lower case. */
export function isCased(name: string): boolean {
  const plain = name.replace(/[ _-]/g, '').toLowerCase()
  return CASED.has(CATEGORIES.get(plain) ?? plain) || plain === 'uppercase' || plain === 'lowercase'
}

/** U+0295 was a lower case letter and is none any more. */
function categoryClass(category: string): string {
  if (category === 'Cn') return unassigned.source()
  if (category === 'C') return `[\\p{C}${unassigned.source()}]`
  if (category === 'Ll') return known(`[\\p{Ll}${escapeCode(0x295)}]`)
  if (category === 'Lo') return known(`[\\p{Lo}--${escapeCode(0x295)}]`)
  return known(`[\\p{${category}}]`)
}

function sameClass(name: string): string | undefined {
  if (SAME.includes(name)) return known(`[\\p{${name}}]`)
  if (!/^[A-Z][A-Za-z_]*$/.test(name)) return undefined
  const source = `[\\p{Script=${name}}]`
  try {
    new RegExp(source, 'v')
    return known(source)
  } catch {
    return undefined
  }
}
