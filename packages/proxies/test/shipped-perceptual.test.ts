import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createModelRunner, nodeBackend } from '@fastflow/backend-node'
import type { RgbImage } from '@fastflow/core'
import { buildLpips, type Perceptual, perceptual } from '@fastflow/proxies'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { degraded, imageOf, scene } from './reference-images.ts'
import { needing, testData } from './test-data.ts'

const location = fileURLToPath(new URL('../../../models/perceptual', import.meta.url))

describe('models/perceptual', () => {
  let estimate: Perceptual
  beforeAll(async () => {
    const folder = await nodeBackend({ threads: 1 }).open(location)
    estimate = perceptual(await folder.load('model.onnx'))
  })
  afterAll(() => estimate.dispose())

  it('is under 1 MB and its card keeps its promise', () => {
    expect(readFileSync(`${location}/model.onnx`).length).toBeLessThan(1_000_000)
    const metrics = JSON.parse(readFileSync(`${location}/metrics.json`, 'utf8'))
    expect(metrics.evaluation.agreement.all.pearson).toBeGreaterThanOrEqual(0.97)
    expect(metrics.evaluation.agreement.all.spearman).toBeGreaterThanOrEqual(0.97)
  })

  it('is 0 for equal pictures, symmetric, and grows with the damage', async () => {
    const [image, reference] = [degraded('noise', 70, 64), imageOf(70, 64, scene)]
    expect((await estimate.proxy.score({ image, reference: image })).value).toBe(0)
    const { value } = await estimate.proxy.score({ image, reference })
    const swapped = await estimate.proxy.score({ image: reference, reference: image })
    expect(swapped.value).toBeCloseTo(value, 6)
    const stronger = { image: degraded('strong-noise', 70, 64), reference }
    expect((await estimate.proxy.score(stronger)).value).toBeGreaterThan(value)
  })

  const file = 'lpips/lpips_alex_v0.1.safetensors'
  it.skipIf(testData(file) === undefined)(
    needing(file, 'orders damage to pictures of our models nearly as LPIPS does'),
    async () => {
      const { model } = buildLpips(readFileSync(testData(file)!))
      const lpips = perceptual(await createModelRunner(model, { threads: 1 }))
      onTestFinished(() => lpips.dispose())
      const own: number[] = []
      const truth: number[] = []
      for (const { image, reference } of await damagedSamples()) {
        own.push((await estimate.proxy.score({ image, reference })).value)
        truth.push((await lpips.proxy.score({ image, reference })).value)
      }
      // Light damage alone, where the order is least certain: 0.95 when it was shipped.
      expect(own).toHaveLength(30)
      expect(spearman(own, truth)).toBeGreaterThan(0.9)
    },
  )
})

/** Pictures of `models/emoji/samples.png`, 64 x 64 each, blurred, compressed, darkened and made small in turn. */
async function damagedSamples(): Promise<{ image: RgbImage; reference: RgbImage }[]> {
  const path = fileURLToPath(new URL('../../../models/emoji/samples.png', import.meta.url))
  const { width = 0, height = 0 } = await sharp(path).metadata()
  const read = async (picture: Sharp): Promise<RgbImage> => {
    const { data } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true })
    return { width: 64, height: 64, data: new Uint8Array(data) }
  }
  const pairs: { image: RgbImage; reference: RgbImage }[] = []
  for (let top = 0; top + 64 <= height; top += 64) {
    for (let left = 0; left + 64 <= width; left += 64) {
      const k = pairs.length
      const tile = await sharp(path).extract({ left, top, width: 64, height: 64 }).png().toBuffer()
      const damages = [
        () => sharp(tile).blur(0.4 + 0.1 * (k % 10)),
        async () =>
          sharp(
            await sharp(tile)
              .jpeg({ quality: 20 + 6 * (k % 10) })
              .toBuffer(),
          ),
        () => sharp(tile).linear(1 - 0.03 * (1 + (k % 10)), 0),
        async () =>
          sharp(
            await sharp(tile)
              .resize(24 + 2 * (k % 10))
              .toBuffer(),
          ).resize(64),
      ]
      pairs.push({ image: await read(await damages[k % 4]!()), reference: await read(sharp(tile)) })
    }
  }
  return pairs
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranks(a), ranks(b)]
  const squares = x.reduce((sum, rank, k) => sum + (rank - y[k]!) ** 2, 0)
  return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1))
}

function ranks(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!)
  const ranked: number[] = []
  order.forEach((from, rank) => {
    ranked[from] = rank
  })
  return ranked
}
