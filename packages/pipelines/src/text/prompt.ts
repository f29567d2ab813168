import { invalidArgument } from '@fastflow/core'
import { shown } from '@fastflow/core/backend'
import type { TextTokenizer, Tokens } from '@fastflow/proxies'

/** More is no description but a mistake, a file in place of a prompt. */
const MAX_CHARACTERS = 10_000

/** Unknown words a note lists. */
const LISTED = 5

/** @throws FastFlowError `invalid-argument` when it is no text, says nothing or has over 10,000 characters. */
export function checkPrompt(prompt: unknown, field: string): string {
  const text = checkText(prompt, field)
  if (text.trim() !== '') return text
  throw invalidArgument(field, 'is empty; say what is to be made, e.g. "a red fox"')
}

/** The same, but may be empty. */
export function checkText(text: unknown, field: string): string {
  if (typeof text !== 'string')
    throw invalidArgument(field, `${shown(text)} is not a text; say what is to be made, e.g. "a red fox"`)
  if (text.length <= MAX_CHARACTERS) return text
  throw invalidArgument(field, `has ${text.length} characters; shorten it to ${MAX_CHARACTERS} or fewer`)
}

/** What the user should know of how a text was read. */
export function promptNotes(
  field: string,
  { length, unknown }: Tokens,
  { maxLength }: Pick<TextTokenizer, 'maxLength'>,
): readonly string[] {
  const notes: string[] = []
  if (length > maxLength)
    notes.push(`${field}: only the first ${maxLength} of ${length} tokens are read; put what matters first`)
  if (unknown.length > 0) {
    const more = unknown.length > LISTED ? ` and ${unknown.length - LISTED} more` : ''
    const words = unknown.slice(0, LISTED).map((word) => JSON.stringify(word.slice(0, 40)))
    notes.push(`${field}: the model has never seen letters of ${words.join(', ')}${more}; use other words`)
  }
  return notes
}
