import { linearSchedule } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type EasyCacheOptions, easyCache } from '../src/index.ts'
import {
  arbitrarySigmas,
  arbitraryStart,
  combine,
  expectSameAsOnline,
  length,
  type OnlineRule,
} from './support/online.ts'

/** The published loop: looks at the state at every step. */
function original({ threshold, warmup = 5, reuse = 'residual' }: EasyCacheOptions): OnlineRule {
  let input: Float64Array | undefined
  let computedInput: Float64Array | undefined
  let output: Float64Array | undefined
  let k: number | undefined
  let sum = 0
  return ({ index, numSteps, x, compute }) => {
    let skip = false
    if (index < warmup || index >= numSteps - 1) sum = 0
    else if (k !== undefined) {
      sum += (k * length(combine([1, x], [-1, input!]))) / length(output!)
      skip = sum < threshold
      if (!skip) sum = 0
    }
    input = x
    if (skip) return reuse === 'velocity' ? output! : combine([1, x], [1, output!], [-1, computedInput!])
    const fresh = compute()
    if (output) k = length(combine([1, fresh], [-1, output])) / length(combine([1, x], [-1, computedInput!]))
    output = fresh
    computedInput = x
    return fresh
  }
}

describe('easyCache', () => {
  it('decides ahead what the original decides step by step', async () => {
    const options = fc.record({
      threshold: fc.double({ min: 0, max: 2, noNaN: true }),
      warmup: fc.integer({ min: 1, max: 8 }),
      reuse: fc.constantFrom('residual' as const, 'velocity' as const),
    })
    await fc.assert(
      fc.asyncProperty(options, arbitrarySigmas, arbitraryStart, async (given, sigmas, x) => {
        await expectSameAsOnline(easyCache(given), original(given), sigmas, x)
      }),
    )
  })

  it('skips nothing at threshold 0, and more than half at 0.5', async () => {
    const { sigmas } = linearSchedule(50)
    const x = Float64Array.of(0.8, -1.1, 0.4)
    const at = (threshold: number): Promise<{ decisions: string; nfe: number }> =>
      expectSameAsOnline(easyCache({ threshold }), original({ threshold }), sigmas, x)
    expect((await at(0)).nfe).toBe(50)
    const { decisions, nfe } = await at(0.5)
    expect(nfe).toBeLessThan(25)
    expect(decisions).toMatch(/^CCCCC.*C$/)
  })

  it('refuses what it cannot use', () => {
    expect(() => easyCache({ threshold: Number.NaN })).toThrow(/threshold: NaN/)
    expect(() => easyCache({ threshold: 0.1, warmup: 0 })).toThrow(/warmup: 0/)
  })
})
