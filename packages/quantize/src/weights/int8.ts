/** A matrix of `inner` rows and `outer` columns, wherever its element (k, n) lies: at `k * alongInner + n * alongOuter`. */
export interface Matrix {
  readonly values: Float32Array
  readonly inner: number
  readonly outer: number
  readonly alongInner: number
  readonly alongOuter: number
}

/**
 * Seven bits. Processors with AVX2 but without VNNI add two products of an unsigned and a signed byte in sixteen bits, which
 * 255 * 127 twice exceeds and 255 * 64 twice does not.
 */
const MOST = 64

/**
 * A matrix as int8 with one scale a column: `w[k, n] = scales[n] q[k, n]`.
 *
 * @returns `q` row-major [inner, outer].
 */
export function toColumns({ values, inner, outer, alongInner, alongOuter }: Matrix): {
  readonly q: Int8Array
  readonly scales: Float32Array
} {
  const q = new Int8Array(inner * outer)
  const scales = new Float32Array(outer)
  for (let n = 0; n < outer; n++) {
    let largest = 0
    for (let k = 0; k < inner; k++)
      largest = Math.max(largest, Math.abs(values[k * alongInner + n * alongOuter]!))
    scales[n] = largest / MOST
    const inverse = largest > 0 ? MOST / largest : 0
    for (let k = 0; k < inner; k++)
      q[k * outer + n] = Math.round(values[k * alongInner + n * alongOuter]! * inverse)
  }
  return { q, scales }
}

/** Any tensor as int8 with one scale a slice of its first dimension. */
export function toSlices(values: Float32Array, slices: number): { q: Int8Array; scales: Float32Array } {
  const size = values.length / slices
  const q = new Int8Array(values.length)
  const scales = new Float32Array(slices)
  for (let slice = 0; slice < slices; slice++) {
    const own = values.subarray(slice * size, (slice + 1) * size)
    let largest = 0
    for (const value of own) largest = Math.max(largest, Math.abs(value))
    scales[slice] = largest / 127
    const inverse = largest > 0 ? 127 / largest : 0
    for (let k = 0; k < size; k++) q[slice * size + k] = Math.round(own[k]! * inverse)
  }
  return { q, scales }
}
