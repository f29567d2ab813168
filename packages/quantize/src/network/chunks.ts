import { type Encoded, joinFields } from '@fastflow/core/backend'

const SMALLEST = 65_536

/** The pieces of a message, small ones joined, so that writing them takes few calls. */
export function* chunks(pieces: Encoded): Generator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let size = 0
  for (const piece of pieces) {
    waiting.push(piece)
    size += piece.length
    if (size < SMALLEST) continue
    yield joinFields(waiting)
    waiting = []
    size = 0
  }
  yield joinFields(waiting)
}
