import type { Pace } from '../../pace.ts'

/** Grids of more steps are planned in coordinates, and coarsely first: what is exact costs their cube. */
export const EXACT_STEPS = 64

/** What is left of a vector's square, relative to the longest, from which on it is rounding. */
const ROUNDING = 1e-12

/** Coordinates of a vector at most: those of smooth flows end well before. */
const MOST = 128

/**
 * Vectors of few numbers with the same inner products: `gram = L L'`, by Cholesky's method with the longest remainder as the
 * next pivot, until what is left is rounding or the coordinates are as many as are kept.
 *
 * @param gram N x N, symmetric, no eigenvalue below 0 but by rounding.
 * @returns N vectors of up to 128 numbers each.
 * Cost: N times the square of that.
 */
export async function coordinatesOf(gram: Float64Array, pace: Pace): Promise<Float64Array[]> {
  const size = Math.sqrt(gram.length)
  const left = Float64Array.from({ length: size }, (_, k) => gram[k * size + k]!)
  const columns: Float64Array[] = []
  const least = ROUNDING * left.reduce((most, one) => Math.max(most, one), 0)
  while (columns.length < Math.min(size, MOST)) {
    if (pace.due()) await pace.rest()
    const pivot = left.indexOf(left.reduce((most, one) => Math.max(most, one), 0))
    if (!(left[pivot]! > least)) break
    const root = Math.sqrt(left[pivot]!)
    const column = new Float64Array(size)
    for (let k = 0; k < size; k++) {
      let sum = gram[k * size + pivot]!
      for (const before of columns) sum -= before[k]! * before[pivot]!
      column[k] = sum / root
      left[k] = Math.max(0, left[k]! - column[k]! ** 2)
    }
    left[pivot] = 0
    columns.push(column)
  }
  return Array.from({ length: size }, (_, k) => Float64Array.from(columns, (column) => column[k]!))
}
