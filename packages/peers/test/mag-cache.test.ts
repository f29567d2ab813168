import { linearSchedule } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MagCacheOptions, magCache, magnitudeRatios } from '../src/index.ts'
import { arbitrarySigmas, arbitraryStart, expectSameAsOnline, type OnlineRule } from './support/online.ts'

/** The published loop. */
function original({ ratios, threshold, maxSkips = 5, retention = 0.1 }: MagCacheOptions): OnlineRule {
  let kept: Float64Array | undefined
  let [ratio, steps, error] = [1, 0, 0]
  return ({ index, numSteps, compute }) => {
    let skip = false
    if (index >= Math.floor(retention * numSteps + 0.5)) {
      const scale = (ratios.length - 1) / (numSteps - 1)
      ratio *= numSteps === 1 ? ratios.at(-1)! : ratios[Math.round(index * scale)]!
      steps++
      error += Math.abs(1 - ratio)
      skip = error <= threshold && steps <= maxSkips && kept !== undefined
      if (!skip) [ratio, steps, error] = [1, 0, 0]
    }
    if (!skip) kept = compute()
    return kept!
  }
}

describe('magCache', () => {
  it('decides as the original does', async () => {
    const options = fc.record({
      ratios: fc.array(fc.double({ min: 0.7, max: 1.3, noNaN: true }), { minLength: 2, maxLength: 60 }),
      threshold: fc.double({ min: 0, max: 1, noNaN: true }),
      maxSkips: fc.integer({ min: 1, max: 8 }),
      retention: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(options, arbitrarySigmas, arbitraryStart, async (given, sigmas, x) => {
        await expectSameAsOnline(magCache(given), original(given), sigmas, x)
      }),
    )
  })

  it('skips K steps at a time while magnitudes stay the same', async () => {
    const given = { ratios: magnitudeRatios(Array(21).fill(3)), threshold: 0, maxSkips: 4, retention: 0.05 }
    const { sigmas } = linearSchedule(21)
    const { decisions } = await expectSameAsOnline(
      magCache(given),
      original(given),
      sigmas,
      Float64Array.of(1, 2, 3),
    )
    expect(decisions).toBe('CSSSSCSSSSCSSSSCSSSSC')
  })

  it('takes ratios from norms', () => {
    expect(magnitudeRatios([2, 3, 1.5])).toEqual([1, 1.5, 0.5])
  })

  it('refuses what it cannot use', () => {
    expect(() => magCache({ ratios: [1, 0], threshold: 0.1 })).toThrow(/ratios/)
    expect(() => magCache({ ratios: [], threshold: 0.1 })).toThrow(/ratios/)
    expect(() => magCache({ ratios: [1], threshold: -1 })).toThrow(/threshold/)
  })
})
