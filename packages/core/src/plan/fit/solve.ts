/**
 * Solves `A x = b` for a symmetric positive definite `A` (n x n, row-major) by Cholesky; `A` and `b` are overwritten,
 * `b` with the solution.
 *
 * @returns false when `A` is not positive definite to working precision; `b` is then meaningless.
 */
export function solveSymmetric(matrix: Float64Array, rhs: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    let pivot = matrix[j * n + j]!
    for (let k = 0; k < j; k++) pivot -= matrix[j * n + k]! ** 2
    if (!(pivot > 0)) return false
    const root = Math.sqrt(pivot)
    matrix[j * n + j] = root
    for (let i = j + 1; i < n; i++) {
      let sum = matrix[i * n + j]!
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!
      matrix[i * n + j] = sum / root
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) rhs[i]! -= matrix[i * n + k]! * rhs[k]!
    rhs[i]! /= matrix[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) rhs[i]! -= matrix[k * n + i]! * rhs[k]!
    rhs[i]! /= matrix[i * n + i]!
  }
  return true
}
