/** An encoded message, or a part of one, as pieces that are joined once at the end. */
export type Encoded = readonly Uint8Array[]

/** A whole number field; 0 is written too. */
export function wholeField(field: number, value: number): Encoded {
  return [varint(field * 8), varint(value)]
}

/** Whole numbers in one packed field. */
export function wholesField(field: number, values: readonly number[]): Encoded {
  return nestedField(field, values.map(varint))
}

/** A text field. @throws RangeError for characters outside ASCII, which no name here has. */
export function textField(field: number, value: string): Encoded {
  const bytes = Uint8Array.from(value, (letter) => {
    const code = letter.charCodeAt(0)
    if (code > 127) throw new RangeError(`${value} is not plain ASCII`)
    return code
  })
  return nestedField(field, [bytes])
}

/** A message or bytes within another message. */
export function nestedField(field: number, content: Encoded): Encoded {
  const length = content.reduce((sum, piece) => sum + piece.length, 0)
  return [varint(field * 8 + 2), varint(length), ...content]
}

/** All pieces in one array. */
export function joinFields(content: Encoded): Uint8Array {
  const out = new Uint8Array(content.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of content) {
    out.set(piece, at)
    at += piece.length
  }
  return out
}

/** Base-128, least digits first. Non-negative whole numbers up to 2^53. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return Uint8Array.from(bytes)
}
