import type { Normalizer } from '../piece.ts'
import { dropping, mapping } from './mapping.ts'

const drop = dropping(isDropped)
const blank = mapping((text) =>
  text.replace(/[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/g, ' '),
)

/** What machine translation at Google does to control characters and to what it takes for spaces. */
export const nmt: Normalizer = (piece) => blank(drop(piece))

function isDropped(code: number): boolean {
  if (code < 0x20) return code !== 0 && code !== 9 && code !== 10 && code !== 12 && code !== 13
  return code === 0x7f || code === 0x8f || code === 0x9f
}
