import { decodeUtf8 } from '../json/utf8.ts'

/** A field of a protobuf message. */
export interface Field {
  readonly number: number
  /** Undefined for anything but bytes, text and messages. */
  readonly payload: Uint8Array | undefined
  /** Of whole numbers; undefined for anything else. */
  readonly value: number | undefined
  /** The 4 or 8 bytes of a number of fixed width; undefined for anything else. */
  readonly fixed: Uint8Array | undefined
}

/** @throws RangeError for bytes that are no UTF-8. */
export function textOf(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes)
  if (text !== undefined) return text
  throw new RangeError('it holds text that is not UTF-8')
}

/** Fields of a message, in their order. @throws RangeError for bytes that are none. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0
  while (at < bytes.length) {
    const tag = varint()
    if (tag > 0xffffffff) throw new RangeError('it has a field number out of range')
    const number = Math.floor(tag / 8)
    const wire = tag % 8
    let value: number | undefined
    let fixed: Uint8Array | undefined
    if (wire === 0) value = varint()
    else if (wire === 1) fixed = skip(8)
    else if (wire === 5) fixed = skip(4)
    else if (wire !== 2) throw new RangeError(`it has a field of unknown kind ${wire}`)
    yield { number, value, fixed, payload: wire === 2 ? skip(varint()) : undefined }
  }

  function skip(length: number): Uint8Array {
    if (length > bytes.length - at) throw new RangeError('it ends early')
    at += length
    return bytes.subarray(at - length, at)
  }

  /** Exact up to 2^53, which no valid length or field number exceeds; larger values are only passed over. */
  function varint(): number {
    let value = 0
    for (let shift = 0; shift < 10; shift++) {
      const byte = bytes[at]
      if (byte === undefined) throw new RangeError('it ends early')
      at += 1
      value += (byte % 128) * 2 ** (7 * shift)
      if (byte < 128) return value
    }
    throw new RangeError('it holds an endless number')
  }
}
