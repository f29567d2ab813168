import { invalidArgument } from '@fastflow/core'
import { checkMethods, checkWhole, isNumbers, shown } from '@fastflow/core/backend'
import type { Gaussian } from './gaussian.ts'
import { symmetricEigen } from './symmetric-eigen.ts'

/**
 * Frechet distance (squared 2-Wasserstein) of two Gaussians fitted to the features of images.
 *
 * `|m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a^1/2 C_b C_a^1/2)^1/2)`, in squared units of the features; 0 for equal
 * Gaussians, symmetric. The square roots come from symmetric eigen-decompositions in float64, eigenvalues that rounding
 * put below 0 count as 0, so singular covariances (fewer features than dimensions) are fine and nothing complex comes up.
 *
 * Two decompositions, about `20 dimension^3` operations (512 dimensions: two seconds).
 * The value depends on the feature net, on its preprocessing and on the count: it is an FID only with Inception-v3
 * features of 50,000 images. State all three; halves of one data set at the same count give the floor to hold it against.
 *
 * @throws FastFlowError `invalid-argument` for Gaussians of different dimension.
 *
 * Dowson, Landau, "The Frechet distance between multivariate normal distributions", J. Multivariate Analysis 12, 1982;
 * Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", 2017.
 */
export function frechetDistance(a: Gaussian, b: Gaussian): number {
  checkGaussian('a', a)
  checkGaussian('b', b)
  if (a.dimension !== b.dimension) {
    const problem = `has ${b.dimension} dimensions, a has ${a.dimension}`
    throw invalidArgument('b.dimension', `${problem}; both must come from one feature net`)
  }
  const n = a.dimension
  const { values } = symmetricEigen(congruence(squareRoot(a.covariance, n), b.covariance, n), n)
  let distance = 0
  for (let i = 0; i < n; i++) {
    const difference = a.mean[i]! - b.mean[i]!
    const spread = a.covariance[i * n + i]! + b.covariance[i * n + i]!
    distance += difference * difference + spread - 2 * Math.sqrt(Math.max(0, values[i]!))
  }
  return Math.max(0, distance)
}

/** Symmetric square root of a positive semi-definite matrix. */
function squareRoot(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n)
  const scaled = vectors.map((value, k) => value * Math.sqrt(Math.max(0, values[k % n]!)))
  return timesTransposed(scaled, vectors, n)
}

/** `S B S` of symmetric matrices. */
function congruence(s: Float64Array, b: Float64Array, n: number): Float64Array {
  return timesTransposed(timesTransposed(s, b, n), s, n)
}

/** `A B^T`, row-major. */
function timesTransposed(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let k = 0; k < n; k++) sum += a[i * n + k]! * b[j * n + k]!
      out[i * n + j] = sum
    }
  }
  return out
}

function checkGaussian(field: string, gaussian: Gaussian): void {
  const { dimension, mean, covariance } = checkMethods(
    field,
    gaussian,
    [],
    'a Gaussian, e.g. of featureMoments',
  )
  const n = checkWhole(`${field}.dimension`, dimension, 1)
  for (const [name, numbers, size] of [
    ['mean', mean, n],
    ['covariance', covariance, n * n],
  ] as const) {
    if (isNumbers(numbers) && numbers.length === size) continue
    throw invalidArgument(
      `${field}.${name}`,
      `${shown(numbers)} are not ${size} numbers; pass a Gaussian of featureMoments`,
    )
  }
}
