import { createRandom, fillNormal } from '@fastflow/core'
import { pairedBootstrap, quantile, summarize } from '@fastflow/proxies'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

/** Without -0, which `toBe` tells from 0 and arithmetic does not. */
const number = fc.double({ min: -1e3, max: 1e3, noNaN: true }).map((value) => value + 0)
const numbers = fc.array(number, { minLength: 1, maxLength: 40 })
const pairs = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 20 })

describe('quantile', () => {
  it('goes from the least to the largest value and never falls', () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(numbers, fraction, fraction, (values, p, q) => {
        expect(quantile(values, 0)).toBe(Math.min(...values))
        expect(quantile(values, 1)).toBe(Math.max(...values))
        const [low, high] = [quantile(values, Math.min(p, q)), quantile(values, Math.max(p, q))]
        expect(low).toBeLessThanOrEqual(high + 1e-9)
      }),
    )
  })

  it('interpolates linearly between the sorted values', () => {
    expect(quantile([30, 10, 20, 40], 0.5)).toBe(25)
    expect(quantile([0, 1], 0.3)).toBe(0.3)
    expect(quantile([7], 0.9)).toBe(7)
  })

  it.each([-0.1, 1.1, Number.NaN])('refuses the fraction %s', (q) => {
    expect(() => quantile([1], q)).toThrow(/^q: /)
  })
})

describe('summarize', () => {
  it('orders min and p10, and ignores the order of the values', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const { mean, p10, min } = summarize(values)
        expect(min).toBe(Math.min(...values))
        expect(p10).toBeGreaterThanOrEqual(min)
        expect(mean).toBeGreaterThanOrEqual(min - 1e-9)
        const reversed = summarize(values.slice().reverse())
        expect([reversed.p10, reversed.min]).toEqual([p10, min])
        expect(reversed.mean).toBeCloseTo(mean, 9)
      }),
    )
  })

  it('of 0 to 10 has mean 5 and p10 1', () => {
    expect(summarize(Float64Array.from({ length: 11 }, (_, i) => i))).toEqual({ mean: 5, p10: 1, min: 0 })
  })

  it.each([
    ['values', []],
    ['values[1]', [1, Number.NaN]],
    ['values[0]', [Number.POSITIVE_INFINITY]],
  ])('refuses bad %s', (field, values) => {
    expect(() => summarize(values)).toThrow(expect.objectContaining({ code: 'invalid-argument', field }))
  })
})

describe('pairedBootstrap', () => {
  const options = (seed: number, samples = 200) => ({ random: createRandom(seed).next, samples })

  it('is replayable, lies within the differences, and turns its sign when a and b change places', () => {
    fc.assert(
      fc.property(pairs, fc.integer(), (rows, seed) => {
        const a = rows.map(([value]) => value)
        const b = rows.map(([, value]) => value)
        const differences = a.map((value, i) => value - b[i]!)
        const interval = pairedBootstrap(a, b, options(seed))
        expect(pairedBootstrap(a, b, options(seed))).toEqual(interval)
        expect(interval.low).toBeGreaterThanOrEqual(Math.min(...differences) - 1e-9)
        expect(interval.low).toBeLessThanOrEqual(interval.high)
        expect(interval.high).toBeLessThanOrEqual(Math.max(...differences) + 1e-9)
        const turned = pairedBootstrap(b, a, options(seed))
        expect(turned.mean).toBeCloseTo(-interval.mean, 9)
        expect(turned.low).toBeCloseTo(-interval.high, 9)
        expect(turned.high).toBeCloseTo(-interval.low, 9)
      }),
    )
  })

  it('knows a constant difference exactly, however much the pairs vary', () => {
    const b = Float64Array.from({ length: 30 }, (_, i) => i * i)
    const interval = pairedBootstrap(
      b.map((value) => value + 2),
      b,
      options(1),
    )
    expect(interval).toEqual({ mean: 2, low: 2, high: 2, confidence: 0.95 })
  })

  it('compares any other statistic, the mean among them, on the same draws', () => {
    const [a, b] = [3, 4].map((seed) => fillNormal(new Float32Array(40), seed)) as [
      Float32Array,
      Float32Array,
    ]
    const mean = (values: Float64Array): number => values.reduce((sum, one) => sum + one, 0) / values.length
    const plain = pairedBootstrap(a, b, options(5))
    const same = pairedBootstrap(a, b, { ...options(5), statistic: mean })
    for (const key of ['mean', 'low', 'high'] as const) expect(same[key]).toBeCloseTo(plain[key], 9)
    const tail = (values: ArrayLike<number>): number => quantile(values, 0.1)
    const tails = pairedBootstrap(a, b, { ...options(5), statistic: tail })
    expect(tails.mean).toBe(tail(a) - tail(b))
    expect(tails.low).toBeLessThan(tails.mean)
    expect(tails.high).toBeGreaterThan(tails.mean)
  })

  it('widens with the confidence asked for', () => {
    const a = fillNormal(new Float32Array(40), 3)
    const zeros = new Float32Array(40)
    const widths = [0.5, 0.8, 0.95, 0.99].map((confidence) => {
      const { low, high } = pairedBootstrap(a, zeros, { ...options(1, 1000), confidence })
      return high - low
    })
    expect(widths).toEqual(widths.slice().sort((p, q) => p - q))
  })

  it('covers the true mean about as often as it says', () => {
    const [trials, count, shift] = [300, 40, 0.3]
    const zeros = new Float32Array(count)
    let covered = 0
    for (let trial = 0; trial < trials; trial++) {
      const a = fillNormal(new Float32Array(count), trial).map((value) => value + shift)
      const { low, high } = pairedBootstrap(a, zeros, { ...options(trial, 400), confidence: 0.9 })
      if (low <= shift && shift <= high) covered++
    }
    // 0.9 of 300 trials, four standard errors to either side.
    expect(covered / trials).toBeGreaterThan(0.83)
    expect(covered / trials).toBeLessThan(0.97)
  })

  const random = createRandom(1).next
  it.each([
    ['a', [], [], { random }],
    ['b', [1, 2], [1], { random }],
    ['b[0]', [1], [Number.NaN], { random }],
    ['samples', [1], [2], { random, samples: 0 }],
    ['samples', [1], [2], { random, samples: 1.5 }],
    ['confidence', [1], [2], { random, confidence: 1 }],
    ['confidence', [1], [2], { random, confidence: 95 }],
  ])('refuses bad %s', (field, a, b, settings) => {
    expect(() => pairedBootstrap(a, b, settings)).toThrow(
      expect.objectContaining({ code: 'invalid-argument', field }),
    )
  })
})
