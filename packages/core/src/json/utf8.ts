/** Code units that become text at once; `String.fromCharCode` takes them as arguments, of which engines allow tens of thousands. */
const CHUNK = 8192

/** Shorter runs of ASCII are not worth a call of their own. */
const RUN = 64

/**
 * Text of bytes in UTF-8, undefined for malformed ones: cut off, overlong, surrogates, above U+10FFFF. TextDecoder is a host type
 * that this package does not compile against.
 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const units = new Uint16Array(CHUNK)
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const plain = asciiEnd(bytes, at)
    if (plain - at >= RUN || plain === bytes.length) {
      text += textOf(bytes.subarray(at, plain))
      at = plain
      continue
    }
    let count = 0
    // A character takes two units at most.
    while (count < CHUNK - 1 && at < bytes.length) {
      const length = lengthOf(bytes[at]!)
      const code = length === 1 ? bytes[at]! : codeAt(bytes, at, length)
      if (code < 0) return undefined
      at += length
      if (code > 0xffff) units[count++] = 0xd7c0 + (code >> 10)
      units[count++] = code > 0xffff ? 0xdc00 + (code & 0x3ff) : code
    }
    text += textOf(units.subarray(0, count))
  }
  return text
}

function textOf(units: Uint8Array | Uint16Array): string {
  return Reflect.apply(String.fromCharCode, undefined, units)
}

/** Where the ASCII that begins at `at` ends, at most a chunk further. */
function asciiEnd(bytes: Uint8Array, at: number): number {
  const most = Math.min(bytes.length, at + CHUNK)
  let end = at
  while (end < most && bytes[end]! < 0x80) end++
  return end
}

/** Bytes of a character, by its first one; 0 for a byte that begins none. */
function lengthOf(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

/** The character of several bytes that begins at `at`; -1 where there is none. */
function codeAt(bytes: Uint8Array, at: number, length: number): number {
  if (length === 0) return -1
  let code = bytes[at]! & (0x7f >> length)
  for (let k = 1; k < length; k++) {
    const next = bytes[at + k] ?? 0
    if ((next & 0xc0) !== 0x80) return -1
    code = (code << 6) | (next & 0x3f)
  }
  const overlong = (length === 3 && code < 0x800) || (length === 4 && code < 0x10000)
  const surrogate = code >= 0xd800 && code < 0xe000
  return overlong || surrogate || code > 0x10ffff ? -1 : code
}
