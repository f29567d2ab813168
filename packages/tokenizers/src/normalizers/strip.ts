import { type Normalizer, slice } from '../piece.ts'
import { isWhitespace } from '../unicode/sets.ts'

/** Takes white space off the ends; none of it lies outside of the BMP. */
export function stripping(left: boolean, right: boolean): Normalizer {
  return (piece) => {
    const { text } = piece
    let start = 0
    let end = text.length
    while (left && start < end && isWhitespace(text.charCodeAt(start))) start++
    while (right && end > start && isWhitespace(text.charCodeAt(end - 1))) end--
    return { ...slice(piece, start, end), first: piece.first }
  }
}
