import { createSchedule, linearSchedule, sample } from '@fastflow/core'
import { float64Space } from '@fastflow/testkit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TaylorSeerOptions, taylorSeer } from '../src/index.ts'
import {
  arbitrarySigmas,
  arbitraryStart,
  combine,
  expectSameAsOnline,
  type OnlineRule,
} from './support/online.ts'

/** The published loop: `factors[i]` is the i-th derivative in the step index. */
function original({ order, interval, warmup = 3 }: TaylorSeerOptions): OnlineRule {
  let factors: Float64Array[] = []
  let last: number | undefined
  let counter = 0
  return ({ index, compute }) => {
    if (index >= warmup && counter !== interval - 1) {
      counter++
      const distance = index - last!
      const weights = [1, distance, distance ** 2 / 2]
      return combine(...factors.map((factor, i) => [weights[i]!, factor] as const))
    }
    counter = 0
    const next = [compute()]
    for (let i = 0; i < order && factors[i] !== undefined && index > warmup - 2; i++) {
      next.push(combine([1 / (index - last!), next[i]!], [-1 / (index - last!), factors[i]!]))
    }
    factors = next
    last = index
    return next[0]!
  }
}

describe('taylorSeer', () => {
  it('forecasts as the original does', async () => {
    const options = fc.record({
      order: fc.constantFrom(1 as const, 2 as const),
      interval: fc.integer({ min: 1, max: 9 }),
      warmup: fc.integer({ min: 1, max: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(options, arbitrarySigmas, arbitraryStart, async (given, sigmas, x) => {
        await expectSameAsOnline(taylorSeer(given), original(given), sigmas, x)
      }),
    )
  })

  it('evaluates at the fixed interval after the warm-up', async () => {
    const given = { order: 1, interval: 4 } as const
    const { decisions } = await expectSameAsOnline(
      taylorSeer(given),
      original(given),
      linearSchedule(14).sigmas,
      Float64Array.of(1, 2, 3),
    )
    expect(decisions).toBe('CCCSSSCSSSCSSS')
  })

  it('order 1 is exact where the velocity is linear in sigma on a uniform grid', async () => {
    const { policy, extrapolator } = taylorSeer({ order: 1, interval: 5 })
    const options = {
      velocity: (x: Float64Array, sigma: number, { out }: { out: Float64Array }) =>
        out.fill(2 - 3 * sigma, 0, x.length),
      schedule: createSchedule('linear', linearSchedule(20).sigmas),
      x: Float64Array.of(0.3),
      space: float64Space,
    }
    const skipped = await sample({ ...options, policy, extrapolator })
    const full = await sample(options)
    expect(skipped.x[0]).toBeCloseTo(full.x[0]!, 12)
  })

  it('refuses what it cannot use', () => {
    expect(() => taylorSeer({ order: 3 as 2, interval: 2 })).toThrow(/order/)
    expect(() => taylorSeer({ order: 1, interval: 0 })).toThrow(/interval/)
  })
})
