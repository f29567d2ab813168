import { readFileSync } from 'node:fs'
import { msSsim, msSsimProxy } from '@fastflow/proxies'
import { describe, expect, it } from 'vitest'
import { errorOf } from './errors.ts'
import { degraded, imageOf, scene } from './reference-images.ts'

interface Row {
  readonly width: number
  readonly height: number
  readonly degradation: string
  readonly value: number
}

const fixture = new URL('./fixtures/ms-ssim-reference.json', import.meta.url)
const { rows }: { rows: readonly Row[] } = JSON.parse(readFileSync(fixture, 'utf8'))

describe('msSsim', () => {
  it.each(rows)('equals pytorch-msssim: $degradation at $width x $height', (row) => {
    const { width, height, degradation, value } = row
    const image = degraded(degradation, width, height)
    expect(Math.abs(msSsim(image, imageOf(width, height, scene)) - value)).toBeLessThan(1e-6)
  })

  it('is symmetric, and 1 for the same image', () => {
    const [image, other] = [degraded('noise', 161, 170), imageOf(161, 170, scene)]
    expect(msSsim(image, other)).toBe(msSsim(other, image))
    expect(msSsim(image, image)).toBe(1)
  })

  it('is a proxy with a version', async () => {
    const [image, reference] = [degraded('blur', 161, 161), imageOf(161, 161, scene)]
    const proxy = msSsimProxy()
    expect(proxy).toMatchObject({ name: 'ms-ssim', direction: 'higher-is-better', range: [0, 1] })
    expect(await proxy.score({ image, reference })).toEqual({
      value: msSsim(image, reference),
      version: 'ms-ssim/1',
    })
  })

  it('refuses images that five scales do not fit', () => {
    const small = imageOf(160, 200, scene)
    const error = errorOf(() => msSsim(small, small))
    expect(error).toMatchObject({ code: 'invalid-argument', field: 'image.width' })
    expect(error.message).toContain('need 161')
  })
})
