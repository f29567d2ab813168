import type { Random } from '../bandit.ts'
import { uniform } from '../check.ts'
import { sampleNormal, untilAccepted } from './normal.ts'

/**
 * Logarithm of one draw from Gamma(shape, 1), shape > 0; logarithms because small shapes underflow.
 *
 * Marsaglia and Tsang's squeeze-free acceptance, `d = shape - 1/3`, `v = (1 + z / sqrt(9 d))^3`, draw
 * `d v`. Below shape 1 the draw of shape + 1 is boosted by `U^(1/shape)`.
 *
 * Reference: Marsaglia and Tsang (2000), A Simple Method for Generating Gamma Variables, ACM TOMS 26(3).
 */
export function sampleLogGamma(shape: number, random: Random): number {
  if (shape < 1) return sampleLogGamma(shape + 1, random) + logUniform(random) / shape
  const d = shape - 1 / 3
  const scale = 1 / Math.sqrt(9 * d)
  return untilAccepted(() => {
    const z = sampleNormal(random)
    const root = 1 + scale * z
    if (root <= 0) return undefined
    const logV = 3 * Math.log(root)
    const accepted = logUniform(random) < 0.5 * z * z + d - d * root ** 3 + d * logV
    return accepted ? Math.log(d) + logV : undefined
  })
}

/** One draw from Beta(alpha, beta) in [0, 1], as a ratio of gamma draws: `A / (A + B)`. */
export function sampleBeta(alpha: number, beta: number, random: Random): number {
  const a = sampleLogGamma(alpha, random)
  const b = sampleLogGamma(beta, random)
  return 1 / (1 + Math.exp(b - a))
}

/** One draw from Student's t with `freedom` > 0 degrees: a normal over the root of a mean chi-square. */
export function sampleStudentT(freedom: number, random: Random): number {
  const logMeanSquare = sampleLogGamma(freedom / 2, random) + Math.log(2 / freedom)
  return sampleNormal(random) * Math.exp(-logMeanSquare / 2)
}

/** Logarithm of a uniform number in (0, 1]: never minus infinity. */
function logUniform(random: Random): number {
  return Math.log(1 - uniform(random))
}
