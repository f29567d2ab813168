import { unassigned } from './sets.ts'

/** UTF-16 units that are segmented at a time. */
const WINDOW = 512

let segmenter: Intl.Segmenter | undefined
let later: RegExp | undefined

/** Calls with each extended grapheme cluster. Characters that the reference does not know yet join nothing before them. */
export function eachGrapheme(text: string, visit: (cluster: string) => void): void {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  later ??= new RegExp(
    `[${unassigned.source()}--[\\p{Extended_Pictographic}\\p{Default_Ignorable_Code_Point}]]`,
    'gv',
  )
  // Letters that neither join nor are joined stand in for them.
  const known = text.replace(later, (char) => (char.length === 1 ? '\ua000' : '\u{12000}'))
  eachSegment(known, (start, end) => visit(text.slice(start, end)))
}

/** Engines take the square of a text's length: it is read in windows, and what ends with a window may go on behind it. */
function eachSegment(text: string, visit: (start: number, end: number) => void): void {
  let size = WINDOW
  for (let start = 0; start < text.length; ) {
    const window = text.slice(start, start + size)
    const ends = start + size >= text.length
    let last = 0
    for (const { index } of segmenter!.segment(window)) {
      if (index > last) visit(start + last, start + index)
      last = index
    }
    if (ends) visit(start + last, text.length)
    size = last === 0 ? 2 * size : WINDOW
    start = ends ? text.length : start + last
  }
}
