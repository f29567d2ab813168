import type { Random, Selection } from './bandit.ts'
import { checkList, checkNumber, checkRandom, UNIT_REWARD, uniform } from './check.ts'
import { BanditError } from './errors.ts'

/** What rounding, in float32 too, may leave the sum of a distribution away from 1. */
const SUM_TOLERANCE = 1e-4

/** Index of the largest value, the lowest such index on ties. */
export function argmax(values: readonly number[]): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/**
 * Arm of the largest `mean + c sqrt(ln n / N)`, N its weight and n the sum of all; those without a mean come first.
 *
 * Weights of a prior, and discounted ones, can sum to less than one pull: the logarithm is kept from turning negative.
 */
export function upperConfidenceArm(
  arms: readonly { readonly weight: number; readonly mean: number | undefined }[],
  c: number,
): number {
  const log = Math.log(
    Math.max(
      1,
      arms.reduce((sum, { weight }) => sum + weight, 0),
    ),
  )
  return argmax(
    arms.map(({ mean, weight }) => (mean === undefined ? Infinity : mean + c * Math.sqrt(log / weight))),
  )
}

/**
 * Draws an arm by its probability; an arm of probability 0 is never drawn.
 *
 * @param distribution one probability an arm, which sum to 1 within 1e-4.
 * @throws BanditError naming the entry that is no probability, or for another sum.
 */
export function drawArm(distribution: readonly number[], random: Random): Selection {
  checkRandom(random)
  let sum = 0
  for (const [arm, chance] of checkList('distribution', distribution).entries())
    sum += checkNumber(`distribution[${arm}]`, chance, UNIT_REWARD)
  if (!(Math.abs(sum - 1) <= SUM_TOLERANCE))
    throw new BanditError('distribution', `must sum to 1, its ${distribution.length} entries sum to ${sum}`)
  const u = uniform(random)
  let cumulated = 0
  let last = 0
  for (let arm = 0; arm < distribution.length; arm++) {
    const probability = distribution[arm]!
    if (probability === 0) continue
    cumulated += probability
    last = arm
    if (u < cumulated) break
  }
  // Rounding can leave the sum a little below 1: what is missing belongs to the last possible arm.
  return { arm: last, propensity: distribution[last]! }
}
