import { readFileSync } from 'node:fs'
import { psnr, ssim } from '@fastflow/proxies'
import { describe, expect, it } from 'vitest'
import { degraded, imageOf, scene } from './reference-images.ts'

interface Row {
  readonly width: number
  readonly height: number
  readonly degradation: string
  readonly sums: { readonly image: number; readonly reference: number }
  readonly ssim: number
  readonly psnr: number
}

const fixture = new URL('./fixtures/ssim-reference.json', import.meta.url)
const { rows }: { rows: readonly Row[] } = JSON.parse(readFileSync(fixture, 'utf8'))
const sumOf = (data: Uint8Array): number => data.reduce((sum, value) => sum + value, 0)

describe('scikit-image', () => {
  it.each(rows)('agrees at $width x $height under $degradation', (row) => {
    const reference = imageOf(row.width, row.height, scene)
    const image = degraded(row.degradation, row.width, row.height)
    expect({ image: sumOf(image.data), reference: sumOf(reference.data) }).toEqual(row.sums)
    expect(Math.abs(ssim(image, reference) - row.ssim)).toBeLessThan(1e-12)
    expect(Math.abs(psnr(image, reference) - row.psnr)).toBeLessThan(1e-10)
  })
})
