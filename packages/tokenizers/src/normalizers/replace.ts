import type { JsonField } from '@fastflow/core'
import { readPattern } from '../pattern/read-pattern.ts'
import type { Normalizer } from '../piece.ts'

/** Puts a text in the place of each match, as it is: `$1` is no group. */
export function replacing(field: JsonField): Normalizer {
  const matcher = readPattern(field.at('pattern'))
  const content = field.at('content').text()
  return ({ text, head, first }) => {
    const changed: string[] = []
    let begins = 0
    for (const { start, end, matched } of matcher(text)) {
      changed.push(matched ? content : text.slice(start, end))
      // What replaces characters stands where the last of them did; before all of them, where the piece did.
      if (matched && (end === 0 ? first : end <= head)) begins += content.length
      else if (!matched && start < head) begins += Math.min(head, end) - start
    }
    return { text: changed.join(''), head: begins, first }
  }
}
