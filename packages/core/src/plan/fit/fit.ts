import { solveSymmetric } from './solve.ts'

/** What one calibration sample knows about one jump: inner products, divided by D. */
export interface JumpEquations {
  /** `<B_a, B_b>` of the basis velocities, newest first; depth x depth, row-major. */
  readonly basis: Float64Array
  /** `<B_a, y>`, y the way left to the teacher's state: `y = x_to(teacher) - x_from(student)`. */
  readonly towards: Float64Array
  /** `<y, y>`. */
  readonly distance: number
}

export interface FitOptions {
  /** Pull towards the prior, relative to the squared size of each basis direction. Default 0.2. */
  readonly ridge?: number
  /** Largest change of the weights, relative to the sum of the prior's magnitudes. Default 1. */
  readonly trust?: number
}

/** A part of the basis with differences and a ridge of its own. */
export interface FitBlock {
  readonly size: number
  readonly ridge: number
}

export const defaultRidge = 0.2
const iterations = 4
/** Mean square of a difference that is none. */
const negligible = 1e-100

/**
 * Weights of one jump: robust ridge least squares round a prior.
 *
 * Minimises `sum_n rho_n |x_n + sum_a w_a B_na - x_n(teacher)|^2 + ridge |w - prior|^2`, the sample weights
 * `rho_n = 1 / (residual_n + 0.1 median)` from the iteration before, so that one sample near a basin boundary does not
 * steer the fit. The ridge is taken in backward differences of the basis (newest, newest minus second, ...), whose
 * sizes are far from equal: velocities are nearly parallel, and a ridge on the raw weights would suppress exactly
 * the differences that carry the slope. The change of the weights is clipped to the trust region.
 *
 * Needs inner products only, never the vectors; a handful of 5 x 5 solves.
 */
export function fitJump(
  samples: readonly JumpEquations[],
  prior: ArrayLike<number>,
  options: FitOptions = {},
  blocks: readonly FitBlock[] = [{ size: prior.length, ridge: options.ridge ?? defaultRidge }],
): Float64Array {
  const { trust = 1 } = options
  const change = new Float64Array(prior.length)
  const residuals = samples.map((sample) => residualOf(sample, prior, change))
  const rounding = 1e-12 * Math.max(...samples.map((sample) => sample.distance))
  for (let round = 0; round < iterations; round++) {
    // Residuals below rounding tell nothing apart; where there is nothing to replace at all, weights are equal.
    const spread = 0.1 * median(residuals) + rounding
    const floor = spread > negligible ? spread : 1
    const rho = residuals.map((residual) => 1 / (residual + floor))
    if (!solveRound(change, samples, prior, rho, blocks)) break
    for (const [n, sample] of samples.entries()) residuals[n] = residualOf(sample, prior, change)
  }
  const reach = trust * sumOf(prior, Math.abs)
  const largest = sumOf(change, Math.abs)
  const scale = largest > reach ? reach / largest : 1
  return change.map((value, a) => prior[a]! + scale * value)
}

/** `|y - sum_a (prior_a + change_a) B_a|^2` of one sample. */
export function residualOf(
  { basis, towards, distance }: JumpEquations,
  prior: ArrayLike<number>,
  change: ArrayLike<number>,
): number {
  const depth = prior.length
  let sum = distance
  for (let a = 0; a < depth; a++) {
    const weight = prior[a]! + change[a]!
    sum -= 2 * weight * towards[a]!
    for (let b = 0; b < depth; b++) sum += weight * (prior[b]! + change[b]!) * basis[a * depth + b]!
  }
  return Math.max(0, sum)
}

/** One weighted ridge solve; writes the change of the weights. False when the system is singular. */
function solveRound(
  change: Float64Array,
  samples: readonly JumpEquations[],
  prior: ArrayLike<number>,
  rho: readonly number[],
  blocks: readonly FitBlock[],
): boolean {
  const depth = prior.length
  const matrix = new Float64Array(depth * depth)
  const rhs = new Float64Array(depth)
  for (const [n, { basis, towards }] of samples.entries()) {
    for (let a = 0; a < depth; a++) {
      rhs[a]! += rho[n]! * towards[a]!
      for (let b = 0; b < depth; b++) {
        matrix[a * depth + b]! += rho[n]! * basis[a * depth + b]!
        rhs[a]! -= rho[n]! * basis[a * depth + b]! * prior[b]!
      }
    }
  }
  const starts = blocks.map((_, k) => blocks.slice(0, k).reduce((sum, { size }) => sum + size, 0))
  for (const [k, { size, ridge }] of blocks.entries()) {
    const start = starts[k]!
    toDifferences(matrix, rhs, depth, start, size)
    for (let a = start; a < start + size; a++) matrix[a * depth + a]! *= 1 + ridge
  }
  if (!solveSymmetric(matrix, rhs, depth)) return false
  change.set(rhs)
  for (const [k, { size }] of blocks.entries()) fromDifferences(change, starts[k]!, size)
  return true
}

/** Changes a block of the basis to backward differences: repeated `B_a <- B_{a-1} - B_a`, applied to both sides. */
function toDifferences(
  matrix: Float64Array,
  rhs: Float64Array,
  depth: number,
  start: number,
  size: number,
): void {
  for (let level = 1; level < size; level++) {
    for (let a = start + size - 1; a >= start + level; a--) {
      rhs[a] = rhs[a - 1]! - rhs[a]!
      for (let b = 0; b < depth; b++)
        matrix[a * depth + b] = matrix[(a - 1) * depth + b]! - matrix[a * depth + b]!
      for (let b = 0; b < depth; b++)
        matrix[b * depth + a] = matrix[b * depth + a - 1]! - matrix[b * depth + a]!
    }
  }
}

/** Coefficients of a block of differences, in place, as weights of the velocities themselves. */
function fromDifferences(values: Float64Array, start: number, size: number): void {
  for (let level = size - 1; level >= 1; level--) {
    for (let a = start + level; a < start + size; a++) {
      values[a - 1]! += values[a]!
      values[a] = -values[a]!
    }
  }
}

function sumOf(values: ArrayLike<number>, of: (value: number) => number): number {
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += of(values[k]!)
  return sum
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}
