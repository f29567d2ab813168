import type { RgbImage } from '@fastflow/core'
import { PSNR_CAP, psnr, psnrOfError, psnrOfFloats } from '@fastflow/proxies'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flatWithNoise, imagePairs } from './arbitraries.ts'
import { imageOf, scene } from './reference-images.ts'

const mapData = (image: RgbImage, change: (value: number) => number): RgbImage => ({
  ...image,
  data: image.data.map(change),
})

describe('psnr', () => {
  it('is symmetric and in [0, cap]', () => {
    fc.assert(
      fc.property(imagePairs(1), ([a, b]) => {
        const value = psnr(a, b)
        expect(psnr(b, a)).toBe(value)
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(PSNR_CAP)
      }),
    )
  })

  it('reaches both ends of its range', () => {
    const black = imageOf(4, 3, () => 0)
    expect(psnr(black, black)).toBe(PSNR_CAP)
    expect(
      psnr(
        black,
        imageOf(4, 3, () => 255),
      ),
    ).toBe(0)
  })

  it('does not change when both images get brighter, or their values change places', () => {
    fc.assert(
      fc.property(imagePairs(1), fc.integer({ min: 0, max: 128 }), ([a, b], lift) => {
        const [dimA, dimB] = [mapData(a, (v) => v >> 1), mapData(b, (v) => v >> 1)]
        const expected = psnr(dimA, dimB)
        expect(
          psnr(
            mapData(dimA, (v) => v + lift),
            mapData(dimB, (v) => v + lift),
          ),
        ).toBe(expected)
        const reversed = (image: RgbImage) => ({ ...image, data: image.data.slice().reverse() })
        expect(psnr(reversed(dimA), reversed(dimB))).toBe(expected)
      }),
    )
  })

  it('falls as noise grows', () => {
    const amplitudes = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 2 })
    fc.assert(
      fc.property(flatWithNoise(3 * 20), amplitudes, ({ level, pattern }, pair) => {
        const flat = imageOf(5, 4, () => level)
        const noisy = (k: number) => ({ ...flat, data: flat.data.map((v, i) => v + k * pattern[i]!) })
        const [little, much] = pair.sort((p, q) => p - q) as [number, number]
        expect(psnr(noisy(much), flat)).toBeLessThan(psnr(noisy(little), flat))
      }),
    )
  })

  it('of a constant offset d is 20 log10(255 / d)', () => {
    const image = imageOf(16, 16, (x, y, c) => scene(x, y, c) >> 1)
    for (const offset of [1, 5, 60]) {
      const lifted = mapData(image, (v) => v + offset)
      expect(psnr(lifted, image)).toBeCloseTo(20 * Math.log10(255 / offset), 12)
    }
  })
})

describe('psnrOfFloats', () => {
  it('agrees with psnr when bytes are scaled to [-1, 1]', () => {
    const scaled = (image: RgbImage) => Float32Array.from(image.data, (v) => v / 127.5 - 1)
    fc.assert(
      fc.property(imagePairs(1), ([a, b]) => {
        // Rounding to float32 moves a difference of one level by up to 8e-6 of itself: 7e-5 dB.
        expect(psnrOfFloats(scaled(a), scaled(b), 2)).toBeCloseTo(psnr(a, b), 3)
      }),
    )
  })

  it('is capped for equal data and negative when the error exceeds the range', () => {
    const zeros = new Float32Array(3)
    expect(psnrOfFloats(zeros, zeros, 2)).toBe(PSNR_CAP)
    expect(psnrOfFloats(zeros, new Float32Array(3).fill(20), 2)).toBeCloseTo(-20, 12)
  })

  it.each([
    ['values', [], [], 2],
    ['reference', [1, 2], [1], 2],
    ['values', [1, Number.NaN], [1, 2], 2],
    ['reference', [1, 2], [1, Number.POSITIVE_INFINITY], 2],
    ['range', [1], [2], 0],
    ['range', [1], [2], Number.NaN],
  ])('refuses bad %s', (field, values, reference, range) => {
    const call = () => psnrOfFloats(Float32Array.from(values), Float32Array.from(reference), range)
    expect(call).toThrow(expect.objectContaining({ code: 'invalid-argument', field }))
  })
})

describe('psnrOfError', () => {
  it('is 0 dB at an error of the whole range and 10 dB more for each tenth of it', () => {
    expect(psnrOfError(4, 2)).toBe(0)
    expect(psnrOfError(0.4, 2)).toBeCloseTo(10, 12)
    expect(psnrOfError(0, 2)).toBe(PSNR_CAP)
  })

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses an error of %s', (error) => {
    expect(() => psnrOfError(error, 2)).toThrow(/^meanSquaredError: /)
  })
})
