import { psnr, ssim } from '@fastflow/proxies'
import { bench, describe } from 'vitest'
import { degraded, imageOf, scene } from '../test/reference-images.ts'

describe.each([32, 256, 1024])('%i pixels square', (size) => {
  const reference = imageOf(size, size, scene)
  const image = degraded('noise', size, size)
  bench('psnr', () => void psnr(image, reference))
  bench('ssim', () => void ssim(image, reference))
})
