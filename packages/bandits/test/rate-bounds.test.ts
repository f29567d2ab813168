import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binomialTail, meanBounds, rateBounds } from '../src/index.ts'
import { seeded } from './seeded.ts'

describe('binomialTail', () => {
  it('is the sum of the binomial distribution', () => {
    expect(binomialTail({ runs: 3, misses: 1 }, 0.5)).toBeCloseTo(0.5, 12)
    expect(binomialTail({ runs: 59, misses: 0 }, 0.05)).toBeCloseTo(0.95 ** 59, 12)
    expect(binomialTail({ runs: 10, misses: 10 }, 0.3)).toBeCloseTo(1, 12)
    expect(binomialTail({ runs: 10, misses: 3 }, 0)).toBe(1)
    expect(binomialTail({ runs: 10, misses: 3 }, 1)).toBe(0)
  })
})

describe('rateBounds', () => {
  const counts = fc
    .tuple(fc.nat(300), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([runs, share]) => ({ runs, misses: Math.round(runs * share) }))

  it('contain the observed rate, and are wider for a smaller delta', () => {
    fc.assert(
      fc.property(counts, (seen) => {
        const { low, high } = rateBounds(seen)
        const strict = rateBounds(seen, { delta: 0.001 })
        expect(strict.low).toBeLessThanOrEqual(low)
        expect(strict.high).toBeGreaterThanOrEqual(high)
        if (seen.runs === 0) return
        expect(low).toBeLessThanOrEqual(seen.misses / seen.runs)
        expect(high).toBeGreaterThanOrEqual(seen.misses / seen.runs)
      }),
    )
  })

  it('say nothing without runs, and tell rates apart with enough of them', () => {
    expect(rateBounds({ runs: 0, misses: 0 })).toEqual({ low: 0, high: 1 })
    expect(rateBounds({ runs: 100, misses: 0 }).high).toBeLessThan(0.05)
    expect(rateBounds({ runs: 60, misses: 0 }).high).toBeGreaterThan(0.05)
    expect(rateBounds({ runs: 40, misses: 12 }).low).toBeGreaterThan(0.05)
  })

  it('hold at all times at once: at most delta of 400 histories ever leave them', () => {
    for (const rate of [0.02, 0.05, 0.2]) {
      const random = seeded(7)
      let left = 0
      for (let history = 0; history < 400; history++) {
        let misses = 0
        for (let runs = 1; runs <= 200; runs++) {
          if (random() < rate) misses++
          if (runs % 4 > 0) continue
          const { low, high } = rateBounds({ runs, misses }, { delta: 0.1 })
          if (rate >= low && rate <= high) continue
          left++
          break
        }
      }
      expect(left / 400).toBeLessThanOrEqual(0.1)
    }
  })

  it.each([
    [{ runs: 1, misses: 2 }, {}, 'misses'],
    [{ runs: -1, misses: 0 }, {}, 'runs'],
    [{ runs: 1, misses: 0 }, { delta: 0 }, 'delta'],
    [{ runs: 1, misses: 0 }, { expected: 1 }, 'expected'],
  ])('refuse %j with %j', (seen, options, field) => {
    expect(() => rateBounds(seen, options)).toThrow(field)
  })
})

describe('meanBounds', () => {
  it('are those of a rate for whole sums, and wider in between', () => {
    expect(meanBounds({ runs: 40, sum: 3 })).toEqual(rateBounds({ runs: 40, misses: 3 }))
    const between = meanBounds({ runs: 40, sum: 3.4 })
    expect(between.low).toBe(rateBounds({ runs: 40, misses: 3 }).low)
    expect(between.high).toBe(rateBounds({ runs: 40, misses: 4 }).high)
    expect(meanBounds({ runs: 0, sum: 0 })).toEqual({ low: 0, high: 1 })
    expect(() => meanBounds({ runs: 3, sum: 3.5 })).toThrow(/^sum: /)
  })

  it('hold at all times for numbers in [0, 1], in at least 95 of 100 sequences', () => {
    let left = 0
    for (let seed = 0; seed < 100; seed++) {
      const random = seeded(seed)
      let sum = 0
      let outside = false
      for (let runs = 1; runs <= 200; runs++) {
        sum += random() ** 3
        const { low, high } = meanBounds({ runs, sum })
        outside ||= low > 0.25 || high < 0.25
      }
      if (outside) left++
    }
    expect(left).toBeLessThanOrEqual(5)
  })
})
