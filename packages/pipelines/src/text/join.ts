import type { FloatTensor } from './float-tensor.ts'

/** A tensor [1, tokens, width] of what `write` puts into its rows. */
function rows(tokens: number, width: number, write: (row: Float32Array, n: number) => void): FloatTensor {
  const data = new Float32Array(tokens * width)
  for (let n = 0; n < tokens; n++) write(data.subarray(n * width, (n + 1) * width), n)
  return { type: 'float32', dims: [1, tokens, width], data }
}

/** The vector of a token. */
function rowOf({ dims, data }: FloatTensor, n: number): Float32Array {
  const width = dims.at(-1)!
  return data.subarray(n * width, (n + 1) * width)
}

/** [1, tokens, a], [1, tokens, b], ... -> [1, tokens, a + b + ...]; with one rank less the same. */
export function joinChannels(parts: readonly FloatTensor[]): FloatTensor {
  const width = parts.reduce((sum, { dims }) => sum + dims.at(-1)!, 0)
  const [first] = parts
  const tokens = first!.data.length / first!.dims.at(-1)!
  const joined = rows(tokens, width, (row, n) => {
    let at = 0
    for (const part of parts) {
      row.set(rowOf(part, n), at)
      at += part.dims.at(-1)!
    }
  })
  return { ...joined, dims: [...first!.dims.slice(0, -1), width] }
}

/** Zeros behind the vector of each token, up to `width`. */
export function padChannels(part: FloatTensor, width: number): FloatTensor {
  return rows(part.dims[1]!, width, (row, n) => row.set(rowOf(part, n)))
}

/** [1, a, width], [1, b, width] -> [1, a + b, width]. */
export function joinTokens(first: FloatTensor, second: FloatTensor): FloatTensor {
  const data = new Float32Array(first.data.length + second.data.length)
  data.set(first.data)
  data.set(second.data, first.data.length)
  return { type: 'float32', dims: [1, first.dims[1]! + second.dims[1]!, first.dims[2]!], data }
}

/** The vectors of some tokens, in the order of `kept`. */
export function pickTokens(part: FloatTensor, kept: readonly number[]): FloatTensor {
  return rows(kept.length, part.dims[2]!, (row, n) => row.set(rowOf(part, kept[n]!)))
}

/** The vectors of the first `count` tokens, then zeros, `length` in all. */
export function zeroPadding(part: FloatTensor, count: number, length: number): FloatTensor {
  return rows(length, part.dims[2]!, (row, n) => {
    if (n < count) row.set(rowOf(part, n))
  })
}
