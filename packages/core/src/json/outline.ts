/** What can be told of JSON text without parsing it. */
export interface Outline {
  /** Most levels of lists and objects inside each other. */
  readonly depth: number
  /** Names of fields, in all objects together. */
  readonly names: number
  /** Where `NaN` and `Infinity` stand outside of strings. */
  readonly words: readonly number[]
}

/**
 * One pass over the text, not recursive. Text that is no JSON gets some outline: parsing it fails anyway.
 *
 * @param maxDepth the pass ends where it gets deeper.
 */
export function outlineOf(text: string, maxDepth: number): Outline {
  let depth = 0
  let deepest = 0
  let names = 0
  const words: number[] = []
  for (let at = 0; at < text.length && deepest <= maxDepth; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: // "
        at = endOfString(text, at)
        break
      case 0x5b: // [
      case 0x7b: // {
        deepest = Math.max(deepest, ++depth)
        break
      case 0x5d: // ]
      case 0x7d: // }
        depth--
        break
      case 0x3a: // :
        names++
        break
      case 0x49: // I
        if (text.startsWith('Infinity', at)) words.push(at)
        break
      case 0x4e: // N
        if (text.startsWith('NaN', at)) words.push(at)
        break
    }
  }
  return { depth: deepest, names, words }
}

/** Index of the quote that ends the string which begins at `start`; the text's end where none does. */
export function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return at
  }
  return text.length
}
