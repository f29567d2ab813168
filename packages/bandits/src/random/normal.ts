import type { Random } from '../bandit.ts'
import { uniform } from '../check.ts'
import { BanditError } from '../errors.ts'

// A fair generator fails this often with probability below 1e-60 for every sampler here.
const MAX_REJECTIONS = 1000

/** Repeats `attempt` until it accepts. @throws BanditError when `random` looks constant, which would never end. */
export function untilAccepted(attempt: () => number | undefined): number {
  for (let i = 0; i < MAX_REJECTIONS; i++) {
    const value = attempt()
    if (value !== undefined) return value
  }
  throw new BanditError('random', 'its numbers are not uniform (constant?); pass a working generator')
}

/**
 * One draw from Normal(0, 1), by Marsaglia's polar method.
 *
 * Cost: 2.55 uniform numbers on average. The second normal of each pair is dropped: keeping it would be
 * hidden state.
 *
 * Reference: Marsaglia and Bray (1964), SIAM Review 6(3).
 */
export function sampleNormal(random: Random): number {
  return untilAccepted(() => {
    const u = 2 * uniform(random) - 1
    const v = 2 * uniform(random) - 1
    const s = u * u + v * v
    return s > 0 && s < 1 ? u * Math.sqrt((-2 * Math.log(s)) / s) : undefined
  })
}
