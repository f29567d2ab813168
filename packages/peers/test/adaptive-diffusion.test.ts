import { linearSchedule } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AdaptiveDiffusionOptions, adaptiveDiffusion } from '../src/index.ts'
import {
  arbitrarySigmas,
  arbitraryStart,
  combine,
  expectSameAsOnline,
  length,
  type OnlineRule,
} from './support/online.ts'

/** The published loop: `mask` says of every step from the fifth on whether it is computed. */
function original({ threshold, maxSkips = 4 }: AdaptiveDiffusionOptions): OnlineRule {
  const states: Float64Array[] = []
  const mask: boolean[] = []
  let kept: Float64Array | undefined
  return ({ index, x, compute }) => {
    states.push(x)
    const [d3, d2, d1] = [1, 2, 3].map((ago) => {
      const [a, b] = [states.at(-ago), states.at(-ago - 1)]
      return a && b ? length(combine([1, a], [-1, b])) : 0
    }) as [number, number, number]
    if (index >= 4) {
      const forced = mask.length > 4 && mask.length >= maxSkips && !mask.slice(-maxSkips).includes(true)
      mask.push(forced || Math.abs((d3 + d1) / 2 - d2) > d2 * threshold)
    }
    if (index < 4 || mask.at(-1)) kept = compute()
    return kept!
  }
}

describe('adaptiveDiffusion', () => {
  it('decides ahead what the original decides step by step', async () => {
    const options = fc.record({
      threshold: fc.double({ min: 1e-4, max: 0.5, noNaN: true }),
      maxSkips: fc.integer({ min: 1, max: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(options, arbitrarySigmas, arbitraryStart, async (given, sigmas, x) => {
        await expectSameAsOnline(adaptiveDiffusion(given), original(given), sigmas, x)
      }),
    )
  })

  it('computes after maxSkips skips in a row at the latest', async () => {
    const given = { threshold: 100, maxSkips: 3 }
    const { sigmas } = linearSchedule(30)
    const x = Float64Array.of(0.8, -1.1, 0.4)
    const { decisions } = await expectSameAsOnline(adaptiveDiffusion(given), original(given), sigmas, x)
    expect(decisions).toMatch(/^CCCCS+C(SSSC)*S*$/)
  })

  it('refuses what it cannot use', () => {
    expect(() => adaptiveDiffusion({ threshold: -0.1 })).toThrow(/threshold/)
    expect(() => adaptiveDiffusion({ threshold: 0.1, maxSkips: 0.5 })).toThrow(/maxSkips/)
  })
})
