import type { RgbImage } from '@fastflow/core'
import {
  type ImageFeatures,
  psnrProxy,
  ssimProxy,
  temporalConsistency,
  temporalDifference,
  temporalFlickering,
} from '@fastflow/proxies'
import { describe, expect, it } from 'vitest'
import { errorOf, rejectionOf } from './errors.ts'
import { degraded, imageOf, scene } from './reference-images.ts'

const flat = (level: number): RgbImage => imageOf(12, 12, () => level)
const still = [imageOf(12, 12, scene), imageOf(12, 12, scene), imageOf(12, 12, scene)]

/** Features that point where the first two bytes say. */
const features: ImageFeatures = {
  name: 'bytes',
  version: 'bytes/1',
  extract: async (images) => images.map(({ data }) => Float32Array.of(data[0]! - 100, data[1]! - 100)),
}

function pointing(x: number, y: number): RgbImage {
  return imageOf(12, 12, (_x, _y, c) => 100 + [x, y, 0][c]!)
}

describe('temporalConsistency', () => {
  it('is the mean cosine of neighbours', async () => {
    const clip = [pointing(10, 0), pointing(20, 0), pointing(0, 30), pointing(0, -5)]
    expect(await temporalConsistency(clip, features)).toBeCloseTo((1 + 0 - 1) / 3, 12)
    expect(await temporalConsistency([pointing(3, 4), pointing(3, 4)], features)).toBeCloseTo(1, 12)
  })

  it('refuses a single frame and features without direction', async () => {
    expect(await rejectionOf(temporalConsistency(still.slice(1, 2), features))).toMatchObject({
      field: 'frames',
    })
    const error = await rejectionOf(temporalConsistency([pointing(1, 0), pointing(0, 0)], features))
    expect(error).toMatchObject({ field: 'frames[1]' })
  })
})

describe('temporalFlickering', () => {
  it('is 1 for a still clip and falls with the mean change', () => {
    expect(temporalFlickering(still)).toBe(1)
    expect(temporalFlickering([flat(0), flat(255), flat(0)])).toBe(0)
    expect(temporalFlickering([flat(10), flat(61), flat(61)])).toBeCloseTo(1 - 51 / 2 / 255, 12)
  })

  it('refuses frames of different size', () => {
    const error = errorOf(() => temporalFlickering([flat(1), imageOf(13, 12, scene)]))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'reference.width' })
  })
})

describe('temporalDifference', () => {
  const moving = [imageOf(12, 12, scene), degraded('noise', 12, 12), degraded('blur', 12, 12)]

  it('is 0 for equal clips, and the mean gap of neighbour scores', async () => {
    expect(await temporalDifference(moving, moving, ssimProxy())).toBe(0)
    const proxy = psnrProxy()
    const score = async (a: RgbImage, b: RgbImage) => (await proxy.score({ image: a, reference: b })).value
    const gaps = [1, 2].map(async (t) => Math.abs((await score(moving[t]!, moving[t - 1]!)) - 100))
    const [first, second] = await Promise.all(gaps)
    expect(await temporalDifference(moving, still, proxy)).toBeCloseTo((first! + second!) / 2, 12)
    expect(await temporalDifference(still, moving, proxy)).toBeCloseTo((first! + second!) / 2, 12)
  })

  it('refuses clips of different length and proxies that do not compare', async () => {
    expect(await rejectionOf(temporalDifference(moving, still.slice(1), ssimProxy()))).toMatchObject({
      field: 'reference',
    })
    const alone = { ...ssimProxy(), name: 'clip', needs: { reference: false, prompt: true } }
    expect(await rejectionOf(temporalDifference(moving, still, alone))).toMatchObject({ field: 'proxy' })
  })
})
