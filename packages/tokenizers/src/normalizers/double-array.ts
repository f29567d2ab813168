/** A trie over bytes in two arrays in one, as Darts writes it: each unit holds a label, an offset and a flag. */
export type DoubleArray = Uint32Array

/** The value of the shortest key that `bytes` begin with. */
export function firstLeaf(trie: DoubleArray, bytes: readonly number[]): number | undefined {
  let place = offsetOf(trie[0]!)
  for (const byte of bytes) {
    if (byte === 0) return undefined
    place ^= byte
    const unit = trie[place]
    if (unit === undefined || labelOf(unit) !== byte) return undefined
    place ^= offsetOf(unit)
    if (((unit >>> 8) & 1) === 1) {
      const leaf = trie[place]
      return leaf === undefined ? undefined : leaf & 0x7fff_ffff
    }
  }
  return undefined
}

/** Units of leaves have the highest bit, and so no label of a byte. */
function labelOf(unit: number): number {
  return (unit & 0x8000_00ff) >>> 0
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6)
}
