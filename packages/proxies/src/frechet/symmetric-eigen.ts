/** Eigenvalues in ascending order, and unit eigenvectors as the columns of a row-major matrix. */
export interface SymmetricEigen {
  readonly values: Float64Array
  readonly vectors: Float64Array
}

/** Sweeps that every eigenvalue gets; two or three are usual, and 30 fail for matrices with NaN alone. */
const MAX_SWEEPS = 50

/**
 * Eigen-decomposition `A = V diag(values) V^T` of a symmetric matrix, float64.
 *
 * Householder reduction to tridiagonal form, then the QL method with implicit shifts: backward stable, about
 * `9 n^3` operations and one copy of the matrix (512 x 512: about a second).
 *
 * @param matrix row-major, n x n; the lower triangle alone is read. Not changed.
 *
 * Martin, Reinsch, Wilkinson, "Householder's tridiagonalization of a symmetric matrix", Numer. Math. 11, 1968;
 * Dubrulle, Martin, Wilkinson, "The implicit QL algorithm", Numer. Math. 12, 1968.
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) v[j * n + i] = v[i * n + j] = matrix[i * n + j]!
  const diagonal = new Float64Array(n)
  const off = new Float64Array(n)
  tridiagonalize(v, n, diagonal, off)
  diagonalize(v, n, diagonal, off)
  return sorted(v, n, diagonal)
}

/** Reduces the matrix in `v`; leaves the tridiagonal form in `diagonal` and `off`, the rotation in `v`. */
function tridiagonalize(v: Float64Array, n: number, diagonal: Float64Array, off: Float64Array): void {
  for (let i = n - 1; i > 0; i--) {
    const row = v.subarray(i * n, i * n + n)
    let scale = 0
    for (let k = 0; k < i; k++) scale += Math.abs(row[k]!)
    if (i === 1 || scale === 0) {
      off[i] = row[i - 1]!
      diagonal[i] = 0
      continue
    }
    let h = 0
    for (let k = 0; k < i; k++) {
      row[k] = row[k]! / scale
      h += row[k]! * row[k]!
    }
    const last = row[i - 1]!
    const g = last > 0 ? -Math.sqrt(h) : Math.sqrt(h)
    off[i] = scale * g
    h -= last * g
    row[i - 1] = last - g
    reflect(v, n, i, h, off)
    diagonal[i] = h
  }
  diagonal[0] = 0
  off[0] = 0
  accumulate(v, n, diagonal)
}

/** Applies one Householder reflection (row i of `v`, squared norm `2 h`) to the rows above; keeps `u / h`. */
function reflect(v: Float64Array, n: number, i: number, h: number, off: Float64Array): void {
  const u = i * n
  let f = 0
  for (let j = 0; j < i; j++) {
    v[j * n + i] = v[u + j]! / h
    let g = 0
    for (let k = 0; k <= j; k++) g += v[j * n + k]! * v[u + k]!
    for (let k = j + 1; k < i; k++) g += v[k * n + j]! * v[u + k]!
    off[j] = g / h
    f += off[j]! * v[u + j]!
  }
  const half = f / (h + h)
  for (let j = 0; j < i; j++) {
    const uj = v[u + j]!
    const gj = off[j]! - half * uj
    off[j] = gj
    for (let k = 0; k <= j; k++) v[j * n + k] = v[j * n + k]! - (uj * off[k]! + gj * v[u + k]!)
  }
}

/** Multiplies the reflections out into `v`, and moves the tridiagonal form's diagonal to `diagonal`. */
function accumulate(v: Float64Array, n: number, diagonal: Float64Array): void {
  const sums = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const u = i * n
    if (diagonal[i] !== 0) {
      sums.fill(0, 0, i)
      for (let k = 0; k < i; k++) {
        const weight = v[u + k]!
        for (let j = 0; j < i; j++) sums[j] = sums[j]! + weight * v[k * n + j]!
      }
      for (let k = 0; k < i; k++) {
        const weight = v[k * n + i]!
        for (let j = 0; j < i; j++) v[k * n + j] = v[k * n + j]! - weight * sums[j]!
      }
    }
    diagonal[i] = v[u + i]!
    v[u + i] = 1
    for (let j = 0; j < i; j++) {
      v[j * n + i] = 0
      v[u + j] = 0
    }
  }
}

/** QL with implicit shifts on the tridiagonal form; `v` is rotated along (columns, as in the textbooks). */
function diagonalize(v: Float64Array, n: number, diagonal: Float64Array, off: Float64Array): void {
  off.copyWithin(0, 1)
  off[n - 1] = 0
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l
      while (m < n - 1 && !negligible(off[m]!, diagonal[m]!, diagonal[m + 1]!)) m++
      if (m === l || sweep === MAX_SWEEPS) break
      chase(v, n, diagonal, off, l, m)
    }
  }
}

function negligible(value: number, a: number, b: number): boolean {
  return Math.abs(value) <= Number.EPSILON * (Math.abs(a) + Math.abs(b))
}

/** One implicit QL step on the block from l to m. */
function chase(
  v: Float64Array,
  n: number,
  diagonal: Float64Array,
  off: Float64Array,
  l: number,
  m: number,
): void {
  let g = (diagonal[l + 1]! - diagonal[l]!) / (2 * off[l]!)
  const r0 = Math.hypot(g, 1)
  g = diagonal[m]! - diagonal[l]! + off[l]! / (g + (g >= 0 ? r0 : -r0))
  let sine = 1
  let cosine = 1
  let p = 0
  for (let i = m - 1; i >= l; i--) {
    const f = sine * off[i]!
    const b = cosine * off[i]!
    const r = Math.hypot(f, g)
    off[i + 1] = r
    if (r === 0) {
      diagonal[i + 1] = diagonal[i + 1]! - p
      off[m] = 0
      return
    }
    sine = f / r
    cosine = g / r
    const shifted = diagonal[i + 1]! - p
    const t = (diagonal[i]! - shifted) * sine + 2 * cosine * b
    p = sine * t
    diagonal[i + 1] = shifted + p
    g = cosine * t - b
    rotate(v, n, i, cosine, sine)
  }
  diagonal[l] = diagonal[l]! - p
  off[l] = g
  off[m] = 0
}

function rotate(v: Float64Array, n: number, i: number, cosine: number, sine: number): void {
  for (let k = i; k < n * n; k += n) {
    const f = v[k + 1]!
    v[k + 1] = sine * v[k]! + cosine * f
    v[k] = cosine * v[k]! - sine * f
  }
}

function sorted(v: Float64Array, n: number, diagonal: Float64Array): SymmetricEigen {
  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[a]! - diagonal[b]!)
  const vectors = new Float64Array(n * n)
  for (const [to, from] of order.entries()) {
    for (let i = 0; i < n; i++) vectors[i * n + to] = v[i * n + from]!
  }
  return { values: Float64Array.from(order, (k) => diagonal[k]!), vectors }
}
