import type { Term, VectorSpace } from '@fastflow/core'

/** Vectors as Float64Array: rounding stays out of the way of convergence orders and closed forms. */
export const float64Space: VectorSpace<Float64Array> = {
  version: 1,
  name: 'float64',
  allocate: (like) => new Float64Array(like.length),
  clone: (x) => x.slice(),
  release: () => {},
  linearCombination,
  dot: (a, b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0),
  meanSquaredDifference: (a, b) => a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0) / a.length,
  isFinite: (x) => x.every(Number.isFinite),
}

function linearCombination(out: Float64Array, terms: readonly Term<Float64Array>[]): void {
  if (terms.some(({ vector }) => vector.length !== out.length))
    throw new RangeError('vectors differ in length')
  for (let k = 0; k < out.length; k++) {
    out[k] = terms.reduce((sum, { weight, vector }) => sum + weight * vector[k]!, 0)
  }
}
