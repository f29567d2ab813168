import { unassigned } from './sets.ts'

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
  for (const { index, segment } of segmenter.segment(known)) visit(text.slice(index, index + segment.length))
}
