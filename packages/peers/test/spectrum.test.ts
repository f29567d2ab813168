import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chebyshevWeights } from '../src/chebyshev.ts'
import { type SpectrumOptions, spectrum } from '../src/index.ts'
import { arbitraryStart, combine, expectSameAsOnline, type OnlineRule } from './support/online.ts'
import { expectFigures } from './support/reference.ts'

/** The published loop, which keeps what it has seen of the data. */
function original({ window = 2, growth = 0.5, warmup = 4, stop = 0.9 }: SpectrumOptions): OnlineRule {
  let seen: { tau: number; data: Float64Array }[] = []
  let now = window
  let skipped = 0
  return ({ index, numSteps, sigma, x, compute }) => {
    const tau = (2 * index) / 50 - 1
    const stops = Math.floor(stop * numSteps)
    const evaluated = index < warmup || (stops > 0 && index >= stops)
    if (evaluated || (skipped + 1) % Math.floor(now) === 0) {
      const v = compute()
      seen = [...seen, { tau, data: combine([1, x], [-sigma, v]) }].slice(-6)
      if (index >= warmup) now += growth
      skipped = 0
      return v
    }
    skipped++
    const weights = chebyshevWeights(
      seen.map((one) => one.tau),
      tau,
      3,
      1,
    )
    const fit = combine(...seen.map(({ data }, k) => [weights[k]!, data] as const))
    const [before, last] = seen.slice(-2).map(({ data }) => data)
    const data = combine([0.4, fit], [0.6 * 1.5, last!], [0.6 * -0.5, before!])
    return combine([1 / sigma, x], [-1 / sigma, data])
  }
}

const grids = fc.integer({ min: 2, max: 40 }).map((steps) => {
  return Array.from({ length: steps + 1 }, (_, k) => (1 - k / steps) ** 1.2)
})

describe('spectrum', () => {
  it('gives in one jump what the published loop gives step by step', async () => {
    const options = fc.record({
      window: fc.integer({ min: 1, max: 4 }),
      growth: fc.constantFrom(0, 0.25, 0.5, 1),
      warmup: fc.integer({ min: 2, max: 6 }),
      stop: fc.constantFrom(0.5, 0.9, 1),
    })
    await fc.assert(
      fc.asyncProperty(options, grids, arbitraryStart, async (given, sigmas, x) => {
        await expectSameAsOnline(spectrum(given), original(given), sigmas, x)
      }),
    )
  })

  it.each<[SpectrumOptions, string, number[]]>([
    [{}, 'CCCCSCSCSSCC', [1.24280843658331, -0.47556184215024, 2.99339289268878]],
    [{}, 'CCCCSCSCSSCSSCSSSCSSSCSSSSCSSSSCSSSSCCCC', [1.00369186115553, -0.4629373602949, 2.64929302973921]],
    [
      { window: 3, growth: 1, warmup: 2, stop: 1 },
      'CCSSCSSSCSSSSCSSSSSCSSSSSSCSSSSSSSCSSSSS',
      [0.80933727224442, -0.37125055239461, 2.21690914259928],
    ],
  ])('comes to the figures of numpy, %j', async (given, decisions, figures) => {
    await expectFigures(spectrum(given), decisions, figures)
  })

  it('fits Chebyshev polynomials as numpy does', () => {
    const weights = chebyshevWeights([-0.9, -0.5, 0, 0.3], 0.5, 3, 1)
    const figures = [0.10096975854932, -0.20581882732539, 0.23585124553808, 0.58395933853028]
    for (const [k, figure] of figures.entries()) expect(weights[k]).toBeCloseTo(figure, 12)
  })

  it('with next to no ridge goes through what it has seen', () => {
    const taus = [-1, -0.3, 0.2, 0.8]
    const cubic = (tau: number): number => 1 - 2 * tau + tau ** 3
    const weights = chebyshevWeights(taus, 1.1, 3, 1e-12)
    const value = weights.reduce((sum, weight, k) => sum + weight * cubic(taus[k]!), 0)
    expect(value).toBeCloseTo(cubic(1.1), 6)
  })
})
