import type { JsonField } from '@fastflow/core'
import { type Piece, type PreTokenizer, slice, splitEach } from '../piece.ts'

/** Pieces of so many characters, the last one shorter. */
export function fixedLength(field: JsonField): PreTokenizer {
  const length = field.at('length').whole({ least: 1, otherwise: 5 })
  return splitEach((piece) => {
    const parts: Piece[] = []
    let start = 0
    let end = 0
    let count = 0
    for (const char of piece.text) {
      end += char.length
      count++
      if (count % length !== 0) continue
      parts.push(slice(piece, start, end))
      start = end
    }
    return [...parts, slice(piece, start, end)]
  })
}
