import type { Piece } from '../piece.ts'

/**
 * A character of a changed text, and where it stands: 0, where the next character of the text before did; 1, with the
 * character before it; -n, where the next one did, of which n more are dropped.
 */
type Change = [char: string, change: number]

/** Changes that say where a piece's head ends once it is changed, in place of those of all of it. */
export interface HeadChanges {
  /** A part of the text, and what takes its place. */
  add(part: string, replacement: string): void
  /** UTF-16 units of the changed text that stand where the head did. */
  head(): number
}

/** As the reference counts: what is dropped goes with the character before it, and before all of them is not counted. */
export function headChanges({ text, head }: Piece): HeadChanges {
  const changes: Change[] = []
  let taken = 0
  return {
    add(part, replacement) {
      if (taken > head || head === 0) return
      const chars = [...replacement]
      const before = [...part].length
      for (const [k, char] of chars.entries()) changes.push([char, k < before ? 0 : 1])
      taken += Math.min(chars.length, before)
      const last = changes.at(-1)
      if (chars.length < before && last !== undefined) last[1] += chars.length - before
    },
    head: () => headOf(changes, text, head),
  }
}

function headOf(changes: readonly Change[], text: string, head: number): number {
  let begins = 0
  let place = 0
  for (const [char, change] of changes) {
    if ((change > 0 ? place - 1 : place) >= head) break
    begins += char.length
    for (let count = change > 0 ? 0 : 1 - change; count > 0 && place < text.length; count--)
      place += text.codePointAt(place)! > 0xffff ? 2 : 1
  }
  return begins
}
