import { invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'

/** What terminals act upon instead of showing it: controls, marks and overrides of direction, line separators. */
const commands = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu

/**
 * Text whose control characters are shown as JSON escapes (`\u001b`) instead of being obeyed; newlines stay. JSON keeps its
 * value.
 *
 * @throws FastFlowError `invalid-argument` for what is no text.
 */
export function visible(text: string): string {
  if (typeof text !== 'string') throw invalidArgument('text', `${shown(text)} is not a text`)
  return text.replaceAll(commands, (letter) => (letter === '\n' ? letter : escaped(letter)))
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`
}
