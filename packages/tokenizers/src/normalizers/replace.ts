import type { Fields } from '../fields.ts'
import { readPattern } from '../pattern/read-pattern.ts'
import type { Normalizer } from '../piece.ts'

/** Puts a text in the place of each match, as it is: `$1` is no group. */
export function replacing(fields: Fields): Normalizer {
  const matcher = readPattern(fields, 'pattern')
  const content = fields.string('content')
  return ({ text, head }) => {
    const changed: string[] = []
    let begins = 0
    for (const { start, end, matched } of matcher(text)) {
      changed.push(matched ? content : text.slice(start, end))
      // What replaces characters stands where the last of them did.
      if (matched && end <= head) begins += content.length
      else if (!matched && start < head) begins += Math.min(head, end) - start
    }
    return { text: changed.join(''), head: head === 0 ? 0 : begins }
  }
}
