import { linearSchedule } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TeaCacheOptions, teaCache } from '../src/index.ts'
import {
  arbitrarySigmas,
  arbitraryStart,
  combine,
  expectSameAsOnline,
  length,
  type OnlineRule,
} from './support/online.ts'

/** The published loop, with the state for the modulated input and the velocity for the residual. */
function original({ threshold, coefficients = [1, 0], warmup = 1 }: TeaCacheOptions): OnlineRule {
  let input: Float64Array | undefined
  let kept: Float64Array | undefined
  let sum = 0
  return ({ index, numSteps, x, compute }) => {
    let skip = false
    if (index < warmup || index === numSteps - 1) sum = 0
    else {
      const change = length(combine([1, x], [-1, input!])) / length(input!)
      const degree = coefficients.length - 1
      sum += coefficients.reduce((value, coefficient, i) => value + coefficient * change ** (degree - i), 0)
      skip = sum < threshold
      if (!skip) sum = 0
    }
    input = x
    if (!skip) kept = compute()
    return kept!
  }
}

describe('teaCache', () => {
  it('decides ahead what the loop decides step by step', async () => {
    const options = fc.record({
      threshold: fc.double({ min: 0, max: 1, noNaN: true }),
      coefficients: fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 4 }),
      warmup: fc.integer({ min: 1, max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(options, arbitrarySigmas, arbitraryStart, async (given, sigmas, x) => {
        await expectSameAsOnline(teaCache(given), original(given), sigmas, x)
      }),
    )
  })

  it('evaluates the first step and the last whatever the threshold', async () => {
    const given = { threshold: 1e9 }
    const { sigmas } = linearSchedule(12)
    const x = Float64Array.of(0.8, -1.1, 0.4)
    const { decisions } = await expectSameAsOnline(teaCache(given), original(given), sigmas, x)
    expect(decisions).toBe('CSSSSSSSSSSC')
  })

  it('refuses what it cannot use', () => {
    expect(() => teaCache({ threshold: -0.1 })).toThrow(/threshold/)
    expect(() => teaCache({ threshold: 0.1, warmup: 0 })).toThrow(/warmup/)
  })
})
