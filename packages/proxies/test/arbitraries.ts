import type { RgbImage } from '@fastflow/core'
import fc from 'fast-check'

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })

/** Two random images of one size, both sides at least `minimum`. */
export function imagePairs(minimum: number): fc.Arbitrary<[RgbImage, RgbImage]> {
  const side = fc.integer({ min: minimum, max: minimum + 6 })
  return fc.tuple(side, side).chain(([width, height]) => {
    const image = bytes(3 * width * height).map((data) => ({ width, height, data }))
    return fc.tuple(image, image)
  })
}

/** A grey level far from both ends, and a pattern of -1, 0 and 1 that is not all 0. */
export function flatWithNoise(length: number): fc.Arbitrary<{ level: number; pattern: number[] }> {
  return fc.record({
    level: fc.integer({ min: 64, max: 191 }),
    pattern: fc
      .array(fc.integer({ min: -1, max: 1 }), { minLength: length, maxLength: length })
      .filter((pattern) => pattern.some((value) => value !== 0)),
  })
}
