/**
 * Weights of values at `taus` in the value at `at` of the sum of Chebyshev polynomials up to `degree` that fits them best:
 * `X (X'X + ridge I)^-1 t(at)`, X the polynomials at the taus.
 *
 * @param ridge above 0.
 */
export function chebyshevWeights(
  taus: readonly number[],
  at: number,
  degree: number,
  ridge: number,
): number[] {
  const rows = taus.map((tau) => polynomials(tau, degree))
  const columns = Array.from({ length: degree + 1 }, (_, j) => j)
  const normal = columns.map((i) =>
    columns.map((j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? ridge : 0)),
  )
  const solved = solve(normal, polynomials(at, degree))
  return rows.map((row) => row.reduce((sum, value, j) => sum + value * solved[j]!, 0))
}

function polynomials(tau: number, degree: number): number[] {
  const values = [1, tau]
  for (let j = 2; j <= degree; j++) values.push(2 * tau * values[j - 1]! - values[j - 2]!)
  return values.slice(0, degree + 1)
}

/** Gaussian elimination; the ridge keeps every pivot above 0. Changes both arguments. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length
  for (let k = 0; k < size; k++) {
    for (let i = k + 1; i < size; i++) {
      const factor = matrix[i]![k]! / matrix[k]![k]!
      for (let j = k; j < size; j++) matrix[i]![j]! -= factor * matrix[k]![j]!
      right[i]! -= factor * right[k]!
    }
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let j = k + 1; j < size; j++) right[k]! -= matrix[k]![j]! * right[j]!
    right[k]! /= matrix[k]![k]!
  }
  return right
}
