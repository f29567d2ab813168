import { plainCharacters } from './characters.ts'
import { c1ToWindows } from './encodings.ts'
import { fixEncoding } from './fix-encoding.ts'
import { unescapeClearHtml } from './html.ts'

/**
 * What ftfy 6.3 (`ftfy.fix_text`) makes of a text: UTF-8 that was read in another encoding is read again, character
 * references of HTML, ligatures, wide forms, curly quotes and line breaks become plain, control characters go.
 *
 * From the first line on that has a `<`, references are left as they are: the text is HTML.
 */
export function fixText(text: string): string {
  let html = false
  return text.replace(/[^\n]*\n|[^\n]+$/g, (line) => {
    html ||= line.includes('<')
    return fixLine(line, html)
  })
}

function fixLine(line: string, html: boolean): string {
  let before: string
  let fixed = line
  do {
    before = fixed
    const unescaped = html ? before : unescapeClearHtml(before)
    fixed = plainCharacters(c1ToWindows(fixEncoding(unescaped))).normalize('NFC')
  } while (fixed !== before)
  return fixed
}
