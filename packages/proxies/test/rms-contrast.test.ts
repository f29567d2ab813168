import { rmsContrast } from '@fastflow/proxies'
import { describe, expect, it } from 'vitest'
import { errorOf } from './errors.ts'
import { imageOf, scene } from './reference-images.ts'

describe('rmsContrast', () => {
  it('is 0 for a flat image and a half for black beside white', () => {
    expect(rmsContrast(imageOf(5, 3, () => 77))).toBeCloseTo(0, 7)
    expect(rmsContrast(imageOf(4, 4, (x) => (x < 2 ? 0 : 255)))).toBeCloseTo(0.5, 12)
  })

  it('halves when an image fades to grey by half, and forgives brightness', () => {
    const whole = imageOf(16, 16, (x, y, c) => 2 * (scene(x, y, c) >> 2))
    const faded = imageOf(16, 16, (x, y, c) => scene(x, y, c) >> 2)
    const brighter = imageOf(16, 16, (x, y, c) => 2 * (scene(x, y, c) >> 2) + 40)
    expect(rmsContrast(faded)).toBeCloseTo(rmsContrast(whole) / 2, 12)
    expect(rmsContrast(brighter)).toBeCloseTo(rmsContrast(whole), 12)
  })

  it('weighs green most and blue least', () => {
    const striped = (channel: number): number =>
      rmsContrast(imageOf(4, 4, (x, _, c) => (c === channel && x % 2 === 0 ? 200 : 0)))
    expect([striped(0), striped(1), striped(2)].map((value) => (value * 255) / 100)).toEqual([
      expect.closeTo(0.299, 9),
      expect.closeTo(0.587, 9),
      expect.closeTo(0.114, 9),
    ])
  })

  it('refuses data that do not fit', () => {
    const error = errorOf(() => rmsContrast({ width: 2, height: 2, data: new Uint8Array(5) }))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'image.data' })
  })
})
