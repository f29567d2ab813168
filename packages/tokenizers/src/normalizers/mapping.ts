import type { Normalizer } from '../piece.ts'

/** Changes a text, whose head becomes what it comes to by itself. */
export function mapping(map: (text: string) => string): Normalizer {
  return ({ text, head, first }) => {
    const mapped = map(text)
    const begins = head === 0 ? 0 : Math.min(map(text.slice(0, head)).length, mapped.length)
    return { text: mapped, head: begins, first }
  }
}

/** Drops characters. */
export function dropping(drops: (code: number) => boolean): Normalizer {
  return mapping((text) => {
    let kept = ''
    for (const char of text) if (!drops(char.codePointAt(0)!)) kept += char
    return kept
  })
}
