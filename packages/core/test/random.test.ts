import { createRandom, fillNormal, portableLog, restoreRandom } from '@fastflow/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const seeds = fc.integer({ min: 0, max: 0xffffffff })

/** xoshiro128** 1.1 in whole numbers, written down from the authors' C code. */
function* xoshiro(seed: readonly bigint[]): Generator<number> {
  const mask = 0xffffffffn
  const rotate = (x: bigint, k: bigint): bigint => ((x << k) | (x >> (32n - k))) & mask
  const s = [...seed] as [bigint, bigint, bigint, bigint]
  for (;;) {
    yield Number((rotate((s[1] * 5n) & mask, 7n) * 9n) & mask)
    const t = (s[1] << 9n) & mask
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotate(s[3], 11n)
  }
}

function take(next: () => number, count: number): number[] {
  return Array.from({ length: count }, () => next() * 2 ** 32)
}

function bits(values: Float32Array): string[] {
  return Array.from(new Uint32Array(values.buffer), (word) => word.toString(16))
}

/** Abramowitz and Stegun 7.1.26 has error 1.5e-7: plenty for a KS statistic. */
function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * z)
  const poly =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const half = (poly * Math.exp(-z * z)) / 2
  return x > 0 ? 1 - half : half
}

describe('createRandom', () => {
  it('gives the published outputs of xoshiro128** for the state 1, 2, 3, 4', () => {
    expect(take(restoreRandom([1, 2, 3, 4]).next, 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ])
  })

  it('agrees with whole-number arithmetic from any state', () => {
    fc.assert(
      fc.property(fc.tuple(seeds, seeds, seeds, seeds), (state) => {
        const expected = xoshiro(state.map(BigInt))
        expect(take(restoreRandom(state).next, 20)).toEqual(
          Array.from({ length: 20 }, () => expected.next().value),
        )
      }),
    )
  })

  it('seeds by splitmix32', () => {
    expect(createRandom(0).state()).toEqual([0x64625032, 0xd9c0799c, 0xaf362e10, 0x7fa88912])
    expect(createRandom(1).state()).toEqual([0x5e2d1772, 0x14e498f0, 0xd20ea1fd, 0xb382f339])
    expect(createRandom(0xffffffff).state()).toEqual([0xeb721c8a, 0xffe8bd34, 0x4da2a8ce, 0xa4a5cc85])
    expect(createRandom(-1).state()).toEqual(createRandom(0xffffffff).state())
  })

  it('goes on from a captured state, also through JSON', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 50 }), (seed, skipped) => {
        const random = createRandom(seed)
        take(random.next, skipped)
        const copy = restoreRandom(JSON.parse(JSON.stringify(random.state())))
        expect(take(copy.next, 10)).toEqual(take(random.next, 10))
      }),
    )
  })

  it('stays in [0, 1) and is uniform', () => {
    const { next } = createRandom(5)
    const values = Array.from({ length: 20_000 }, next).sort((a, b) => a - b)
    expect(values[0]).toBeGreaterThanOrEqual(0)
    expect(values.at(-1)).toBeLessThan(1)
    const distances = values.map((value, i) => Math.abs(value - (i + 0.5) / values.length))
    // Kolmogorov-Smirnov at the 0.1 % level: 1.95 / sqrt(n).
    expect(Math.max(...distances)).toBeLessThan(1.95 / Math.sqrt(values.length))
  })
})

describe('portableLog', () => {
  const ulp = (x: number): number => {
    const view = new DataView(new ArrayBuffer(8))
    view.setFloat64(0, Math.abs(x))
    view.setBigInt64(0, view.getBigInt64(0) + 1n)
    return view.getFloat64(0) - Math.abs(x)
  }

  it('is within one and a half ulp of Math.log', () => {
    const positive = fc.double({ min: 0, minExcluded: true, noNaN: true, noDefaultInfinity: true })
    const nearOne = fc.double({ min: 0.5, max: 2, noNaN: true })
    fc.assert(
      fc.property(fc.oneof(positive, nearOne), (x) => {
        const exact = Math.log(x)
        expect(Math.abs(portableLog(x) - exact)).toBeLessThanOrEqual(1.5 * ulp(exact))
      }),
      { numRuns: 2000 },
    )
  })

  it('is what Math.log is at the edges', () => {
    for (const x of [1, 0, -0, -1, Infinity, -Infinity, NaN]) expect(portableLog(x)).toBe(Math.log(x))
    expect(Number.isNaN(portableLog(-1))).toBe(true)
  })
})

describe('fillNormal', () => {
  it('gives these bytes on every platform', () => {
    // Computed apart from this code, in Python's float64 and rounded once.
    expect(bits(fillNormal(new Float32Array(8), 0))).toEqual([
      'bce4504f',
      'be27d1e4',
      '3e4924e8',
      '3f64ccf4',
      'bf0c5bda',
      'bf4279ae',
      'c01a338b',
      'bfbd6869',
    ])
    expect(bits(fillNormal(new Float32Array(8), 7))).toEqual([
      'bf9c7575',
      '3fd42cc3',
      'bea44955',
      'bf26f7c3',
      '3f741603',
      '3fa467e5',
      'bf0e1c75',
      'be3d6c57',
    ])
  })

  it('fills any length with the beginning of the same sequence', () => {
    const long = fillNormal(new Float32Array(33), 3)
    for (const length of [0, 1, 2, 5, 32]) {
      expect(fillNormal(new Float32Array(length), 3)).toEqual(long.slice(0, length))
    }
    expect(fillNormal(new Float32Array(33), 4)).not.toEqual(long)
  })

  it('is standard normal: moments, tails and distribution', () => {
    const count = 100_000
    const values = Array.from(fillNormal(new Float32Array(count), 11)).sort((a, b) => a - b)
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / count
    // Four standard errors of each moment: sqrt(var / n) with variances 1, 2, 15, 96.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / count))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / count))
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / count))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / count))
    expect(values.at(-1)).toBeGreaterThan(3.5)
    const distances = values.map((value, i) => Math.abs(normalCdf(value) - (i + 0.5) / count))
    expect(Math.max(...distances)).toBeLessThan(1.95 / Math.sqrt(count))
  })
})
