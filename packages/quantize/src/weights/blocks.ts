import type { Matrix } from './int8.ts'

/** Weights as `MatMulNBits` of onnxruntime takes them. */
export interface Blocks {
  /** [outer, blocks, blockSize * bits / 8], two values of 4 bits a byte, the first in its low half. */
  readonly packed: Uint8Array
  /** [outer, blocks]. */
  readonly scales: Float32Array
  readonly blocks: number
}

/**
 * A matrix in blocks along its inner dimension, each with a scale: `w = scale (q - 2^(bits - 1))`. The value of largest size
 * in a block is met exactly, at `q = 0`: the range is one longer on that side. The last block is filled up with zeros.
 */
export function toBlocks(matrix: Matrix, bits: 4 | 8, blockSize: number): Blocks {
  const { values, inner, outer, alongInner, alongOuter } = matrix
  const blocks = Math.ceil(inner / blockSize)
  const middle = 2 ** (bits - 1)
  const blockBytes = (blockSize * bits) / 8
  const packed = new Uint8Array(outer * blocks * blockBytes)
  const scales = new Float32Array(outer * blocks)
  const quantized = new Uint8Array(blockSize)
  for (let n = 0; n < outer; n++) {
    for (let block = 0; block < blocks; block++) {
      const first = block * blockSize
      const size = Math.min(blockSize, inner - first)
      const start = first * alongInner + n * alongOuter
      let extreme = 0
      for (let k = 0; k < size; k++) {
        const value = values[start + k * alongInner]!
        if (Math.abs(value) > Math.abs(extreme)) extreme = value
      }
      const at = n * blocks + block
      scales[at] = extreme / -middle
      const inverse = extreme === 0 ? 0 : -middle / extreme
      quantized.fill(middle)
      for (let k = 0; k < size; k++)
        quantized[k] = Math.min(
          Math.round(values[start + k * alongInner]! * inverse) + middle,
          2 * middle - 1,
        )
      if (bits === 8) packed.set(quantized, at * blockBytes)
      else
        for (let pair = 0; pair < blockBytes; pair++)
          packed[at * blockBytes + pair] = quantized[2 * pair]! + 16 * quantized[2 * pair + 1]!
    }
  }
  return { packed, scales, blocks }
}
