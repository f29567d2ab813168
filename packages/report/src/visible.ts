/** What terminals act upon instead of showing it: controls, marks and overrides of direction, line separators. */
const commands = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/**
 * Text whose control characters are shown as JSON escapes (`\u001b`) instead of being obeyed; newlines stay. JSON keeps its
 * value.
 */
export function visible(text: string): string {
  return text.replaceAll(commands, (letter) => (letter === '\n' ? letter : escaped(letter)))
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}
