import { decodeUtf8 } from '@fastflow/core/backend'
import type { ByteString } from './encodings.ts'

/** A null of two bytes, as Java writes it, and characters written as two halves of three bytes each, as CESU-8 has them. */
const VARIANT = /\xc0\x80|\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])/g

/** UTF-8 as text, the two variants included; undefined for bytes that are none. */
export function decodeVariants(bytes: ByteString): string | undefined {
  let text = ''
  let at = 0
  for (const match of bytes.matchAll(VARIANT)) {
    const before = decode(bytes.slice(at, match.index))
    if (before === undefined) return undefined
    text += before + (match[1] === undefined ? '\0' : fromHalves(match.slice(1)))
    at = match.index + match[0].length
  }
  const rest = decode(bytes.slice(at))
  return rest === undefined ? undefined : text + rest
}

function decode(bytes: ByteString): string | undefined {
  return decodeUtf8(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
}

function fromHalves(bytes: readonly string[]): string {
  const [a, b, c, d] = bytes.map((byte) => byte.charCodeAt(0))
  const code = ((a! & 0x0f) << 16) + ((b! & 0x3f) << 10) + ((c! & 0x0f) << 6) + (d! & 0x3f)
  return String.fromCodePoint(0x10000 + code)
}
