import { type Piece, slice } from '../piece.ts'
import { scriptOf } from '../unicode/scripts.ts'

/** Splits where the script changes. As the reference does, drops what comes before the first character that has one. */
export function splitScripts(piece: Piece): readonly Piece[] {
  const places: number[] = []
  let last = 0
  let place = 0
  for (const char of piece.text) {
    const script = scriptOf(char.codePointAt(0)!)
    if (script !== 0 && script !== last) places.push(place)
    if (script !== 0) last = script
    place += char.length
  }
  return places.map((start, k) => slice(piece, start, places[k + 1] ?? piece.text.length))
}
