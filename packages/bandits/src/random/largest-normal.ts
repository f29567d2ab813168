/** Half-widths of the integral in standard deviations, and its nodes. */
const REACH = 8
const NODES = 400

const STEP = (2 * REACH) / NODES
const nodes = Array.from({ length: NODES }, (_, k) => -REACH + (k + 0.5) * STEP)
const weights = nodes.map((z) => (STEP * Math.exp(-(z * z) / 2)) / Math.sqrt(2 * Math.PI))

/** Below any deviation that matters beside a mean of about 1. */
const LEAST_DEVIATION = 1e-12

/**
 * Probability that each of some independent normal numbers is the largest one:
 * `P_i = int phi(z) prod_{j != i} Phi((m_i + s_i z - m_j) / s_j) dz`.
 *
 * By the midpoint rule, within 0.01 even where one deviation is 0, and far closer where they are alike; scaled to sum to 1.
 * Cost: O(400 K^2) for K numbers.
 */
export function chancesOfLargest(
  numbers: readonly { readonly mean: number; readonly deviation: number }[],
): number[] {
  const chances = numbers.map((one, i) => {
    let chance = 0
    for (const [k, z] of nodes.entries()) {
      const value = one.mean + one.deviation * z
      let below = weights[k]!
      for (const [j, other] of numbers.entries())
        if (j !== i) below *= normalCdf((value - other.mean) / Math.max(other.deviation, LEAST_DEVIATION))
      chance += below
    }
    return chance
  })
  const total = chances.reduce((sum, chance) => sum + chance, 0)
  return chances.map((chance) => chance / total)
}

/**
 * Distribution function of the standard normal law, within 7.5e-8.
 *
 * Reference: Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.2.17.
 */
function normalCdf(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z))
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  const tail = (series * Math.exp(-(z * z) / 2)) / Math.sqrt(2 * Math.PI)
  return z > 0 ? 1 - tail : tail
}
