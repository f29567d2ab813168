import { linearSchedule } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FSamplerOptions, fSampler } from '../src/index.ts'
import {
  arbitrarySigmas,
  arbitraryStart,
  combine,
  expectSameAsOnline,
  length,
  type OnlineRule,
} from './support/online.ts'

/** The published adaptive mode of the Euler sampler, in epsilon = x0 - x. */
function original(options: FSamplerOptions): OnlineRule {
  const given = {
    tolerance: 0.1,
    compare: 'state',
    protectFirst: 2,
    protectLast: 4,
    anchorInterval: 4,
    maxSkips: 2,
  }
  const gate = { ...given, ...options }
  const history: Float64Array[] = []
  let skips = 0
  return ({ index, numSteps, sigma, h, x, compute }) => {
    const [old, middle, newest] = history.slice(-3)
    const isProtected = index < gate.protectFirst || index >= numSteps - gate.protectLast
    const isAnchor = gate.anchorInterval > 0 && (index - gate.protectFirst) % gate.anchorInterval === 0
    if (newest && middle && old && !isProtected && !isAnchor && skips < gate.maxSkips) {
      const high = combine([3, newest], [-3, middle], [1, old])
      const low = combine([2, newest], [-1, middle])
      const euler = (epsilon: Float64Array): Float64Array => combine([1, x], [-h / sigma, epsilon])
      const [a, b] = gate.compare === 'state' ? [euler(high), euler(low)] : [high, low]
      if (length(combine([1, a], [-1, b])) <= gate.tolerance * length(a)) {
        skips++
        return combine([-1 / sigma, high])
      }
    }
    skips = 0
    const v = compute()
    history.push(combine([-sigma, v]))
    return v
  }
}

describe('fSampler', () => {
  it('decides ahead what the original decides step by step', async () => {
    const options = fc.record({
      tolerance: fc.double({ min: 0.001, max: 1, noNaN: true }),
      compare: fc.constantFrom('state' as const, 'epsilon' as const),
      protectFirst: fc.integer({ min: 0, max: 4 }),
      protectLast: fc.integer({ min: 1, max: 5 }),
      anchorInterval: fc.constantFrom(0, 1, 3, 4, 7),
      maxSkips: fc.integer({ min: 1, max: 6 }),
    })
    await fc.assert(
      fc.asyncProperty(options, arbitrarySigmas, arbitraryStart, async (given, sigmas, x) => {
        await expectSameAsOnline(fSampler(given), original(given), sigmas, x)
      }),
    )
  })

  it('evaluates about half of the steps at the least with its guard rails', async () => {
    const { sigmas } = linearSchedule(50)
    const x = Float64Array.of(0.8, -1.1, 0.4)
    const { nfe, decisions } = await expectSameAsOnline(
      fSampler({ tolerance: 1e9 }),
      original({ tolerance: 1e9 }),
      sigmas,
      x,
    )
    expect(nfe).toBe(28)
    expect(decisions).toMatch(/^CCC.*CCCC$/)
  })

  it('skips nothing at tolerance 0', async () => {
    const { sigmas } = linearSchedule(20)
    const x = Float64Array.of(0.8, -1.1, 0.4)
    const { nfe } = await expectSameAsOnline(
      fSampler({ tolerance: 0 }),
      original({ tolerance: 0 }),
      sigmas,
      x,
    )
    expect(nfe).toBe(20)
  })

  it('refuses what it cannot use', () => {
    expect(() => fSampler({ tolerance: -1 })).toThrow(/tolerance/)
    expect(() => fSampler({ protectLast: 0 })).toThrow(/protectLast/)
  })
})
