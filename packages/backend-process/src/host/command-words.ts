import { invalidArgument } from '@fastflow/core'
import { checkText } from '@fastflow/core/backend'

/**
 * A command that was typed as one text, as `command` of `processBackend` takes it: words between spaces, quotes around words with
 * spaces, or a JSON list. Nothing else of a shell is known: no variables, no escapes.
 *
 * @throws FastFlowError `invalid-argument`.
 */
export function commandWords(text: string): readonly string[] {
  const typed = checkText('command', text, 'a program and its arguments').trim()
  const words = typed.startsWith('[') ? listOf(typed) : wordsOf(typed)
  if (words !== undefined && words.length > 0 && words[0] !== '') return words
  throw invalidArgument(
    'command',
    `${typed || 'it'} is not a program and its arguments, e.g. python -m my.worker`,
  )
}

function wordsOf(text: string): readonly string[] | undefined {
  const word = /(?:[^\s"']|"[^"]*"|'[^']*')+/g
  if (text.replace(word, '').trim() !== '') return undefined
  return [...text.matchAll(word)].map(([found]) => found.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

function listOf(text: string): readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) && value.every((one) => typeof one === 'string') ? value : undefined
  } catch {
    return undefined
  }
}
