import type { JsonField } from '@fastflow/core'

/** A text that is one character. @throws FastFlowError `model-unreadable`. */
export function oneCharacter(field: JsonField): string {
  const text = field.text()
  if ([...text].length === 1) return text
  throw field.wrong('is not one character')
}
