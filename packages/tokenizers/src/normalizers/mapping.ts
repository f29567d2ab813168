import type { Normalizer } from '../piece.ts'

/** Changes a text and leaves its beginning where it was. */
export function mapping(map: (text: string) => string): Normalizer {
  return ({ text, first }) => ({ text: map(text), first })
}

/** Drops characters. A text that loses its first one begins elsewhere. */
export function dropping(drops: (code: number) => boolean): Normalizer {
  return ({ text, first }) => {
    let kept = ''
    for (const char of text) if (!drops(char.codePointAt(0)!)) kept += char
    const begins = text === '' || !drops(text.codePointAt(0)!)
    return { text: kept, first: first && begins }
  }
}
