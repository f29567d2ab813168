import { utf8Of } from './utf8.ts'

/** Bytes that stand for themselves in the alphabet of GPT-2: printable, and no space. */
function isPlain(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
}

let alphabet: readonly string[] | undefined

function readAlphabet(): readonly string[] {
  let next = 0x100
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPlain(byte) ? byte : next++))
}

/** A character for each byte of a text in UTF-8, as GPT-2 writes bytes in its vocabulary. */
export function toByteLevel(text: string): string {
  alphabet ??= readAlphabet()
  let mapped = ''
  for (const byte of utf8Of(text)) mapped += alphabet[byte]!
  return mapped
}
