import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bandit, klUcb, type MomentsRow } from '../src/index.ts'
import { evenly } from './arbitraries.ts'
import { seeded } from './seeded.ts'

interface Arm {
  readonly mean: number
  readonly weight: number
}

/** What a bandit takes that knows nothing but these means, each with its weight. */
function taken(bandit: Bandit<MomentsRow>, prior: readonly Arm[]): number {
  return bandit.select(bandit.init({ arms: prior.length, prior }), seeded(1)).arm
}

/** `kl(p, q)` of Bernoulli variables, 0 ln 0 being 0. */
function divergence(p: number, q: number): number {
  const log = (x: number): number => Math.log(Math.max(x, Number.MIN_VALUE))
  return p * (log(p) - log(q)) + (1 - p) * (log(1 - p) - log(1 - q))
}

/** The largest q with `weight kl(mean, q) <= rate`, by Newton's method from above, where the divergence is convex. */
function upperBound({ mean, weight }: Arm, rate: number): number {
  let q = 1 - 1e-15
  for (let i = 0; i < 200; i++) {
    const excess = weight * divergence(mean, q) - rate
    if (excess <= 0 || q <= mean) break
    q -= excess / (weight * ((q - mean) / (q * (1 - q))))
  }
  return Math.max(q, mean)
}

const arm = fc.record({ mean: evenly(0, 1), weight: evenly(1, 40) })

describe('kl-ucb', () => {
  it('follows argmax max { q : N kl(mean, q) <= ln n + c ln ln n }', () => {
    fc.assert(
      fc.property(fc.array(arm, { minLength: 2, maxLength: 5 }), fc.constantFrom(0, 3), (arms, c) => {
        const log = Math.log(arms.reduce((sum, { weight }) => sum + weight, 0))
        const rate = log + c * Math.log(Math.max(1, log))
        const bounds = arms.map((one) => upperBound(one, rate))
        const { [taken(klUcb({ c }), arms)]: bound } = bounds
        expect(bound).toBeGreaterThanOrEqual(Math.max(...bounds) - 1e-7)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['an arm that always paid', [1, 0.5]],
    ['an arm that never paid, pulled as often, never', [0.5, 0]],
  ])('takes %s', (_, means) => {
    const prior = means.map((mean) => ({ mean, weight: 20 }))
    expect(taken(klUcb(), prior)).toBe(0)
    expect(taken(klUcb(), [...prior].reverse())).toBe(1)
  })

  it('explores at a rate of 0 while the weights of its prior sum to less than a pull', () => {
    const prior = [
      { mean: 0.4, weight: 0.01 },
      { mean: 0.5, weight: 0.2 },
    ]
    expect(taken(klUcb(), prior)).toBe(1)
    expect(taken(klUcb({ c: 10 }), prior)).toBe(1)
  })
})
