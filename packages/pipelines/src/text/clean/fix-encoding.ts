import { c1ToWindows, encodings } from './encodings.ts'
import { isMisread } from './misread.ts'
import { misreadUtf8 } from './misread-utf8.ts'
import { replaceLost, restoreSpaces } from './restore-bytes.ts'
import { decodeVariants } from './utf8-variants.ts'

/** Undoes what became of UTF-8 that was read in another encoding, once or several times over; ftfy's `fix_encoding`. */
export function fixEncoding(text: string): string {
  let before: string
  let fixed = text
  do {
    before = fixed
    fixed = step(before)
  } while (fixed !== before)
  return fixed
}

function step(text: string): string {
  if (!isMisread(text)) return text
  return readAgain(text) ?? fixedParts(text) ?? c1ToWindows(text)
}

/** The text as UTF-8, where all of it can be what another encoding made of that. */
function readAgain(text: string): string | undefined {
  for (const { name, sloppy, encode } of encodings) {
    const encoded = encode(text)
    if (encoded === undefined) continue
    const spaced = name === 'macRoman' ? encoded : restoreSpaces(encoded)
    const decoded = decodeVariants(sloppy ? replaceLost(spaced) : spaced)
    if (decoded !== undefined) return decoded
  }
  return undefined
}

/** The text with those parts fixed that look misread. */
function fixedParts(text: string): string | undefined {
  const fixed = text.replace(misreadUtf8, (part) =>
    part.length < text.length && isMisread(part) ? fixEncoding(part) : part,
  )
  return fixed === text ? undefined : fixed
}
