import type { Io } from './io.ts'

/** What terminals act upon instead of showing it: controls, marks and overrides of direction, line separators. */
const commands = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/**
 * Text whose control characters are shown as JSON escapes (`\u001b`) instead of being obeyed; newlines stay. JSON keeps its
 * value.
 */
export function visible(text: string): string {
  return text.replaceAll(commands, (letter) => (letter === '\n' ? letter : escaped(letter)))
}

/** The same on one line. */
export function visibleLine(text: string): string {
  return visible(text.replaceAll(/\s*\n\s*/g, ' '))
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * The same places to write to, through which nothing that a prompt, a file or its name brings along reaches the terminal
 * unseen. Everything a command prints goes through this.
 */
export function guarded(io: Io): Io {
  const { rewrite } = io
  return {
    ...io,
    out: (text) => io.out(visible(text)),
    log: (text) => io.log(visible(text)),
    rewrite: rewrite && ((text) => rewrite(visibleLine(text))),
  }
}
