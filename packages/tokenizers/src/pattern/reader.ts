import type { FastFlowError, JsonField } from '@fastflow/core'

/** A pattern as it is read, from left to right. */
export interface Reader {
  /** The next character; empty at the end. */
  peek(ahead?: number): string
  /** Takes the next character. */
  next(): string
  /** Takes `text` where it comes next. */
  skip(text: string): boolean
  /** Takes what a regular expression with the flag `y` matches next. */
  match(regex: RegExp): RegExpExecArray | undefined
  /** `unsupported`: what the pattern asks for cannot be said in JavaScript. */
  refuse(what: string): FastFlowError
  /** `model-unreadable`: the pattern is none. */
  wrong(what: string): FastFlowError
}

export function createReader(pattern: string, field: JsonField): Reader {
  let place = 0
  const peek = (ahead = 0): string => {
    const code = pattern.codePointAt(place + ahead)
    return code === undefined ? '' : String.fromCodePoint(code)
  }
  return {
    peek,
    next() {
      const char = peek()
      place += char.length
      return char
    },
    skip(text) {
      const found = pattern.startsWith(text, place)
      if (found) place += text.length
      return found
    },
    match(regex) {
      regex.lastIndex = place
      const found = regex.exec(pattern) ?? undefined
      if (found !== undefined) place += found[0].length
      return found
    },
    refuse: (what) => field.unsupported(`has ${what}, which is not supported`),
    wrong: (what) => field.wrong(`has ${what}`),
  }
}
