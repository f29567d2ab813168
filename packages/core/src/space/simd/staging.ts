import { MAX_TERMS } from './kernels.ts'

/** Floats of one block: small enough for all terms of a combination to stay in the first-level cache. */
export const BLOCK = 2048

/** Room in the kernels' memory where vectors from elsewhere pass through, block by block. */
export interface Staging {
  /** Address of the block that results go to. */
  readonly result: number
  /** Where the kernels find `vector` from index `start` on: where it is, or a copy of a block of it in this slot. */
  locate(slot: number, vector: Float32Array, start: number): number
  /** Copies the block of results to `vector`, from index `start` on. */
  deliver(vector: Float32Array, start: number): void
}

const SLOTS = MAX_TERMS + 1
export const STAGING_BYTES: number = SLOTS * BLOCK * Float32Array.BYTES_PER_ELEMENT

export function createStaging(buffer: ArrayBuffer, at: number): Staging {
  const slots = Array.from(
    { length: SLOTS },
    (_, slot) => new Float32Array(buffer, at + (slot * STAGING_BYTES) / SLOTS, BLOCK),
  )
  const results = slots[MAX_TERMS]!
  return {
    result: results.byteOffset,
    locate(slot, vector, start) {
      if (vector.buffer === buffer) return vector.byteOffset + start * Float32Array.BYTES_PER_ELEMENT
      slots[slot]!.set(vector.subarray(start, start + BLOCK))
      return slots[slot]!.byteOffset
    },
    deliver(vector, start) {
      vector.set(results.subarray(0, Math.min(BLOCK, vector.length - start)), start)
    },
  }
}
