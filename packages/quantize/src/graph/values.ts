import { decodeUtf8, type Encoded, nestedField } from '@fastflow/core/backend'

/** @throws RangeError for bytes that are no UTF-8. */
export function textOf(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes)
  if (text === undefined) throw new RangeError('it holds text that is not UTF-8')
  return text
}

/** A text field with letters of any kind. */
export function utf8Field(field: number, text: string): Encoded {
  return nestedField(field, [Buffer.from(text, 'utf8')])
}

/** Whole numbers of a packed field. @throws RangeError for one that has no end. */
export function wholesOf(bytes: Uint8Array): number[] {
  const values: number[] = []
  let [value, place] = [0, 1]
  for (const byte of bytes) {
    value += (byte % 128) * place
    place *= 128
    if (byte >= 128) continue
    values.push(value)
    value = 0
    place = 1
  }
  if (place !== 1) throw new RangeError('it ends early')
  return values
}
