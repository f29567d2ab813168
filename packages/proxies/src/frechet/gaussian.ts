import { invalidArgument } from '@fastflow/core'
import { isSequence, shown } from '@fastflow/core/backend'

/** A Gaussian fitted to features: what a Frechet distance compares. */
export interface Gaussian {
  readonly dimension: number
  /** Features it was fitted to. The distance of small samples is biased upwards: compare equal counts alone. */
  readonly count: number
  readonly mean: Float64Array
  /** Unbiased (divided by `count - 1`), row-major, dimension x dimension, symmetric. */
  readonly covariance: Float64Array
}

/** Mean and covariance of features that come one by one; none of them is kept. */
export interface FeatureMoments {
  readonly dimension: number
  /** Features added so far. */
  readonly count: number
  /** @throws FastFlowError `invalid-argument` for another length, NaN or Infinity; the moments stay as they were. */
  add(feature: ArrayLike<number>): void
  /** @throws FastFlowError `invalid-argument` before the second feature. */
  gaussian(): Gaussian
}

const MAX_DIMENSION = 8192

/**
 * Collects the mean and covariance of features in float64 (Welford's update, so large means cost no digits).
 *
 * `dimension^2 / 2` operations a feature and `8 dimension^2` bytes in all.
 *
 * @throws FastFlowError `invalid-argument` for a dimension that is not a whole number from 1 to 8192.
 */
export function featureMoments(dimension: number): FeatureMoments {
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > MAX_DIMENSION) {
    throw invalidArgument(
      'dimension',
      `must be a whole number from 1 to ${MAX_DIMENSION}, got ${shown(dimension)}`,
    )
  }
  const mean = new Float64Array(dimension)
  const products = new Float64Array(dimension * dimension)
  const before = new Float64Array(dimension)
  let count = 0
  return {
    dimension,
    get count() {
      return count
    },
    add(feature) {
      checkFeature(feature, dimension, count)
      count++
      for (let i = 0; i < dimension; i++) {
        before[i] = feature[i]! - mean[i]!
        mean[i] = mean[i]! + before[i]! / count
      }
      for (let i = 0; i < dimension; i++) {
        const after = feature[i]! - mean[i]!
        const row = i * dimension
        for (let j = 0; j <= i; j++) products[row + j] = products[row + j]! + after * before[j]!
      }
    },
    gaussian() {
      if (count < 2) throw invalidArgument('features', `are ${count}; a covariance needs 2 or more`)
      const covariance = new Float64Array(dimension * dimension)
      for (let i = 0; i < dimension; i++) {
        for (let j = 0; j <= i; j++) {
          const value = products[i * dimension + j]! / (count - 1)
          covariance[i * dimension + j] = value
          covariance[j * dimension + i] = value
        }
      }
      return { dimension, count, mean: mean.slice(), covariance }
    },
  }
}

function checkFeature(feature: ArrayLike<number>, dimension: number, index: number): void {
  const field = `features[${index}]`
  if (!isSequence(feature)) throw invalidArgument(field, `${shown(feature)} is not a list of numbers`)
  if (feature.length !== dimension) {
    throw invalidArgument(
      field,
      `holds ${feature.length} numbers, the others ${dimension}; use one feature net`,
    )
  }
  for (let i = 0; i < dimension; i++) {
    if (!Number.isFinite(feature[i])) {
      throw invalidArgument(field, `holds ${shown(feature[i])} at ${i}; leave that image out`)
    }
  }
}
