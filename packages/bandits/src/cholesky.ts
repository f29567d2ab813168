/**
 * Pivots below this share of their diagonal are held there. Less is rounding of the sums, and dividing rounding by its own
 * size would let it grow from column to column until nothing is finite.
 */
const LEAST_PIVOT = 1e-12

/** What rounding may leave a sum of `x x^T` short of being one, as a share of its diagonal. */
const ROUNDING = 1e-6

/** Solves `A x = b` for a symmetric positive definite `A` (row-major) by Cholesky decomposition; inputs are left alone. */
export function choleskySolve(matrix: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const size = b.length
  const { lower } = factor(matrix, size, 0)
  const x = Float64Array.from(b)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i * size + k]! * x[k]!
    x[i]! /= lower[i * size + i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= lower[k * size + i]! * x[k]!
    x[i]! /= lower[i * size + i]!
  }
  return x
}

/** Whether a matrix (row-major) can be a sum of `x x^T`: symmetric and positive semidefinite, up to rounding. */
export function isGram(matrix: ArrayLike<number>, size: number): boolean {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = matrix[i * size + j]!
      const most = Math.sqrt(matrix[i * size + i]!) * Math.sqrt(matrix[j * size + j]!)
      // Cauchy and Schwarz; NaN where the diagonal is negative.
      if (!(Math.abs(value) <= most * (1 + ROUNDING))) return false
      if (Math.abs(value - matrix[j * size + i]!) > most * ROUNDING) return false
    }
  }
  return factor(matrix, size, ROUNDING).definite
}

/** The lower factor of a matrix whose diagonal is raised by a share of itself, and whether all pivots were above 0. */
function factor(
  matrix: ArrayLike<number>,
  size: number,
  raise: number,
): { readonly lower: Float64Array; readonly definite: boolean } {
  const lower = new Float64Array(size * size)
  let definite = true
  for (let i = 0; i < size; i++) {
    const diagonal = matrix[i * size + i]! * (1 + raise)
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? diagonal : matrix[i * size + j]!
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!
      if (i !== j) {
        lower[i * size + j] = sum / lower[j * size + j]!
        continue
      }
      if (sum < 0) definite = false
      lower[i * size + j] = Math.sqrt(Math.max(sum, LEAST_PIVOT * diagonal, Number.MIN_VALUE))
    }
  }
  return { lower, definite }
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
