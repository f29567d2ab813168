/** Appends the bytes of a text in UTF-8; a lone surrogate counts as U+FFFD. */
function pushUtf8(text: string, bytes: number[]): void {
  for (const char of text) {
    let code = char.codePointAt(0)!
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x1_0000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      )
  }
}

export function utf8Of(text: string): number[] {
  const bytes: number[] = []
  pushUtf8(text, bytes)
  return bytes
}
