/** Hands out vectors of one buffer of fixed size, and takes them back. */
export interface Arena {
  /** A vector of so many floats, contents unspecified; outside of the buffer when there is no room in it. */
  allocate(length: number): Float32Array
  /** Vectors that are not out, or not of this buffer, are left alone. */
  release(vector: Float32Array): void
}

/** Vectors start at multiples of so many bytes, a cache line. */
const ALIGNMENT = 64

/** Manages the bytes from `start` on. What is released is handed out again for the same length. */
export function createArena(buffer: ArrayBuffer, start: number): Arena {
  let next = Math.ceil(start / ALIGNMENT) * ALIGNMENT
  const idle = new Map<number, Float32Array[]>()
  const out = new Set<Float32Array>()
  const carve = (length: number): Float32Array | undefined => {
    const end = next + length * Float32Array.BYTES_PER_ELEMENT
    if (end > buffer.byteLength) return undefined
    const vector = new Float32Array(buffer, next, length)
    next = Math.ceil(end / ALIGNMENT) * ALIGNMENT
    return vector
  }
  return {
    allocate(length) {
      const vector = idle.get(length)?.pop() ?? carve(length)
      if (vector === undefined) return new Float32Array(length)
      out.add(vector)
      return vector
    },
    release(vector) {
      // Whoever releases a vector twice must not get two owners for it.
      if (!out.delete(vector)) return
      const { length } = vector
      const others = idle.get(length)
      if (others) others.push(vector)
      else idle.set(length, [vector])
    },
  }
}
