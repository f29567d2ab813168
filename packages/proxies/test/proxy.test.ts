import type { QualityProxy, RgbImage } from '@fastflow/core'
import { psnr, psnrProxy, ssim, ssimProxy } from '@fastflow/proxies'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { imagePairs } from './arbitraries.ts'
import { errorOf } from './errors.ts'
import { degraded, imageOf, scene } from './reference-images.ts'

const cases: readonly [string, QualityProxy, (image: RgbImage, reference: RgbImage) => number][] = [
  ['psnr', psnrProxy(), psnr],
  ['ssim', ssimProxy(), ssim],
]

describe.each(cases)('%s proxy', (name, proxy, measure) => {
  it('declares itself, and scores carry its version', async () => {
    const image = imageOf(12, 12, scene)
    expect(proxy.name).toBe(name)
    expect(proxy.needs).toEqual({ reference: true, prompt: false })
    const reference = degraded('noise', 12, 12)
    expect(await proxy.score({ image, reference })).toEqual({
      value: measure(image, reference),
      version: proxy.version,
    })
    expect(proxy.version.startsWith(`${name}/`)).toBe(true)
  })

  it('stays in its range and puts the identical image at its best end', async () => {
    const [least, largest] = proxy.range
    await fc.assert(
      fc.asyncProperty(imagePairs(11), async ([image, reference]) => {
        const { value } = await proxy.score({ image, reference })
        expect(value).toBeGreaterThanOrEqual(least)
        expect(value).toBeLessThanOrEqual(largest)
        const own = await proxy.score({ image, reference: image })
        expect(own.value).toBe(proxy.direction === 'higher-is-better' ? largest : least)
      }),
      { numRuns: 40 },
    )
  })

  it('asks for the reference', () => {
    const error = errorOf(() => proxy.score({ image: imageOf(12, 12, scene) }))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'reference' })
  })

  const good = imageOf(12, 12, scene)
  const floats = new Float32Array(432) as unknown as Uint8Array
  it.each([
    ['image.width', { ...good, width: 0 }, good],
    ['image.height', { ...good, height: 1.5 }, good],
    ['image.data', { ...good, data: new Uint8Array(4 * 144) }, good],
    ['image.data', { ...good, data: floats }, good],
    ['reference.data', good, { ...good, data: new Uint8Array(0) }],
    ['reference.width', good, imageOf(13, 12, scene)],
    ['reference.height', good, imageOf(12, 13, scene)],
  ])('refuses a bad %s', (field, image, reference) => {
    const error = errorOf(() => proxy.score({ image, reference }))
    expect(error).toMatchObject({ code: 'invalid-argument', field })
    expect(error.message.startsWith(`${field}: `)).toBe(true)
  })
})
