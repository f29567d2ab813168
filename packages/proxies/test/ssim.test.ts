import type { RgbImage } from '@fastflow/core'
import { ssim } from '@fastflow/proxies'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flatWithNoise, imagePairs } from './arbitraries.ts'
import { imageOf, scene } from './reference-images.ts'

const small = { numRuns: 40 }

function remap(
  image: RgbImage,
  place: (x: number, y: number, c: number) => readonly [number, number, number],
) {
  return imageOf(image.width, image.height, (x, y, c) => {
    const [u, v, w] = place(x, y, c)
    return image.data[3 * (v * image.width + u) + w]!
  })
}

describe('ssim', () => {
  it('is symmetric, in [-1, 1], and exactly 1 for identical images', () => {
    fc.assert(
      fc.property(imagePairs(11), ([a, b]) => {
        const value = ssim(a, b)
        expect(ssim(b, a)).toBe(value)
        expect(Math.abs(value)).toBeLessThanOrEqual(1)
        expect(ssim(a, { ...a, data: a.data.slice() })).toBe(1)
      }),
      small,
    )
  })

  it('stays below 1 for the least difference there is, in a corner of a bright image', () => {
    for (const level of [0, 128, 254]) {
      const flat = imageOf(40, 30, () => level)
      const data = flat.data.slice()
      data[0] = level + 1
      expect(ssim({ ...flat, data }, flat)).toBeLessThan(1)
    }
  })

  it('does not change when both images are mirrored or their channels rotated', () => {
    fc.assert(
      fc.property(imagePairs(11), ([a, b]) => {
        const changes = [
          (image: RgbImage) => remap(image, (x, y, c) => [image.width - 1 - x, y, c]),
          (image: RgbImage) => remap(image, (x, y, c) => [x, image.height - 1 - y, c]),
          (image: RgbImage) => remap(image, (x, y, c) => [x, y, (c + 1) % 3]),
        ]
        for (const change of changes) expect(ssim(change(a), change(b))).toBeCloseTo(ssim(a, b), 12)
      }),
      small,
    )
  })

  it('falls as noise on a flat image grows', () => {
    const amplitudes = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 2, maxLength: 2 })
    fc.assert(
      fc.property(flatWithNoise(3 * 12 * 11), amplitudes, ({ level, pattern }, pair) => {
        const flat = imageOf(12, 11, () => level)
        const noisy = (k: number) => ({ ...flat, data: flat.data.map((v, i) => v + k * pattern[i]!) })
        const [little, much] = pair.sort((p, q) => p - q) as [number, number]
        expect(ssim(noisy(much), flat)).toBeLessThan(ssim(noisy(little), flat))
      }),
      small,
    )
  })

  it('of two flat images is the luminance term alone', () => {
    const c1 = (0.01 * 255) ** 2
    const flat = (level: number) => imageOf(13, 11, () => level)
    expect(ssim(flat(50), flat(80))).toBeCloseTo((2 * 50 * 80 + c1) / (50 ** 2 + 80 ** 2 + c1), 12)
    expect(ssim(flat(0), flat(255))).toBeCloseTo(c1 / (255 ** 2 + c1), 12)
  })

  it('is the mean of its channels', () => {
    const reference = imageOf(20, 20, scene)
    const image = imageOf(20, 20, (x, y, c) => scene(x + c, y, c))
    const grey = (source: RgbImage, c: number) => remap(source, (x, y) => [x, y, c])
    const channels = [0, 1, 2].map((c) => ssim(grey(image, c), grey(reference, c)))
    expect(ssim(image, reference)).toBeCloseTo((channels[0]! + channels[1]! + channels[2]!) / 3, 12)
  })

  it('refuses images smaller than its window', () => {
    for (const [width, height, side] of [
      [10, 11, 'width'],
      [11, 10, 'height'],
    ] as const) {
      const image = imageOf(width, height, scene)
      const error = {
        code: 'invalid-argument',
        field: `image.${side}`,
        message: expect.stringMatching(/enlarge/),
      }
      expect(() => ssim(image, image)).toThrow(expect.objectContaining(error))
    }
  })
})
