/** True for what JSON calls an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The value of a JSON file, with or without a byte order mark.
 *
 * @throws SyntaxError or URIError when the bytes are not JSON in UTF-8.
 */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(decodeUtf8(bytes).replace(/^\uFEFF/, ''))
}

/** Code units that become text at once. */
const CHUNK = 8192

/** Lowest code point of 1, 2, 3 and 4 bytes: lower ones in as many are not UTF-8. */
const LOWEST = [0, 0, 0x80, 0x800, 0x10000] as const

/** Text of bytes in UTF-8; TextDecoder is a host type this package does not compile against. @throws URIError for others. */
export function decodeUtf8(bytes: Uint8Array): string {
  const units = new Uint16Array(CHUNK)
  let text = ''
  let length = 0
  for (let at = 0; at < bytes.length; ) {
    const size = sizeOf(bytes[at]!, at)
    const code = size === 1 ? bytes[at]! : codeAt(bytes, at, size)
    at += size
    if (code < 0x10000) units[length++] = code
    else {
      units[length++] = 0xd7c0 + (code >> 10)
      units[length++] = 0xdc00 + (code & 0x3ff)
    }
    if (length < CHUNK - 1 && at < bytes.length) continue
    text += Reflect.apply(String.fromCharCode, undefined, units.subarray(0, length))
    length = 0
  }
  return text
}

/** Bytes of the character that begins with this one. */
function sizeOf(first: number, at: number): 1 | 2 | 3 | 4 {
  if (first < 0x80) return 1
  if (first >= 0xc2 && first < 0xe0) return 2
  if (first >= 0xe0 && first < 0xf0) return 3
  if (first >= 0xf0 && first < 0xf5) return 4
  throw malformed(at)
}

function codeAt(bytes: Uint8Array, at: number, size: 2 | 3 | 4): number {
  let code = bytes[at]! & (0x7f >> size)
  for (let k = 1; k < size; k++) {
    const next = bytes[at + k]
    if (next === undefined || next >> 6 !== 2) throw malformed(at)
    code = code * 64 + (next & 63)
  }
  const surrogate = code >= 0xd800 && code < 0xe000
  if (code < LOWEST[size] || code > 0x10ffff || surrogate) throw malformed(at)
  return code
}

function malformed(at: number): URIError {
  return new URIError(`the bytes at ${at} are not UTF-8`)
}
