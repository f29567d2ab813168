/** Solves `A x = b` for a symmetric positive definite `A` (row-major) by Cholesky decomposition; inputs are left alone. */
export function choleskySolve(matrix: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  const size = b.length
  const lower = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!
      // A ridge keeps the matrix definite; what is lost to rounding must not turn into NaN.
      lower[i * size + j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / lower[j * size + j]!
    }
  }
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

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
