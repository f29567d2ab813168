/** Code points below this. */
const CODE_POINTS = 0x11_0000

/** A set of code points. */
export interface CharSet {
  has(code: number): boolean
  /** The same as a class of a regular expression with the flag `v`. */
  source(): string
}

/** Opens a table of `./tables.ts`; it is read when it is first asked. */
export function charSet(table: string): CharSet {
  let bits: Uint8Array | undefined
  let source: string | undefined
  return {
    has(code) {
      bits ??= bitsOf(table)
      return ((bits[code >> 3]! >> (code & 7)) & 1) === 1
    },
    source() {
      source ??= sourceOf(table)
      return source
    },
  }
}

/** Calls with the first and the last code point of each range; ranges are "gap" or "gap,length" in base 36. */
function eachRange(table: string, visit: (first: number, last: number) => void): void {
  let end = 0
  for (const part of table.split(' ')) {
    const [gap, length = '1'] = part.split(',')
    const first = end + Number.parseInt(gap!, 36)
    end = first + Number.parseInt(length, 36)
    visit(first, end - 1)
  }
}

function bitsOf(table: string): Uint8Array {
  const bits = new Uint8Array(CODE_POINTS >> 3)
  eachRange(table, (first, last) => {
    for (let code = first; code <= last; code++) bits[code >> 3]! |= 1 << (code & 7)
  })
  return bits
}

function sourceOf(table: string): string {
  let source = ''
  eachRange(table, (first, last) => {
    source += first === last ? escapeCode(first) : `${escapeCode(first)}-${escapeCode(last)}`
  })
  return `[${source}]`
}

/** A code point as regular expressions with the flag `v` take it anywhere. */
export function escapeCode(code: number): string {
  return `\\u{${code.toString(16)}}`
}
