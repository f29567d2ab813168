import { createTrie } from '../trie.ts'
import { isWhitespace, word } from '../unicode/sets.ts'
import type { AddedToken } from './added-token.ts'

/** A part of a text; with an id where it is an added token. */
export interface Found {
  readonly start: number
  readonly end: number
  readonly id?: number
}

/** Finds added tokens; the parts follow one another. */
export type Finder = (text: string) => readonly Found[]

export interface Wanted {
  /** What is looked for; not empty. */
  readonly text: string
  readonly id: number
  readonly token: AddedToken
}

/** Of the matches that begin first the longest, then on behind it; of equal texts the first one wanted. */
export function createFinder(wanted: readonly Wanted[]): Finder {
  const sought = wanted.map(({ text }, k): [string, number] => [text, k])
  const trie = createTrie(sought.reverse())
  return (text) => {
    const found: Found[] = []
    if (sought.length === 0) return [{ start: 0, end: text.length }]
    let open = 0
    for (let place = 0; place < text.length; ) {
      let best = -1
      let end = place
      for (let node = 0, k = place; k < text.length; ) {
        node = trie.step(node, text.charCodeAt(k++))
        if (node < 0) break
        if (trie.value(node) < 0) continue
        best = trie.value(node)
        end = k
      }
      if (best < 0) {
        place++
        continue
      }
      const part = partOf(text, place, end, wanted[best]!, open)
      place = end
      if (part === undefined) continue
      if (open < part.start) found.push({ start: open, end: part.start })
      // White space may be all that it is, and taken before.
      if (part.start < part.end) found.push(part)
      open = part.end
    }
    if (open < text.length) found.push({ start: open, end: text.length })
    return found
  }
}

/** What a match takes of the text; undefined where it has to be a word and is none. White space before `open` is taken. */
function partOf(
  text: string,
  start: number,
  end: number,
  { id, token }: Wanted,
  open: number,
): Found | undefined {
  if (token.singleWord && (isWordAt(text, start, -1) || isWordAt(text, end, 0))) return undefined
  let first = start
  let last = end
  while (token.leftStrip && first > 0 && isWhitespace(text.charCodeAt(first - 1))) first--
  if (token.leftStrip) first = Math.max(first, open)
  while (token.rightStrip && last < text.length && isWhitespace(text.charCodeAt(last))) last++
  return { start: first, end: last, id }
}

/** Whether the character before (-1) or behind (0) a place belongs to a word. */
function isWordAt(text: string, place: number, side: -1 | 0): boolean {
  if (side === 0) return place < text.length && word.has(text.codePointAt(place)!)
  if (place === 0) return false
  const low = text.charCodeAt(place - 1)
  const pair = low >= 0xdc00 && low < 0xe000 && place > 1
  return word.has(text.codePointAt(place - (pair ? 2 : 1))!)
}
