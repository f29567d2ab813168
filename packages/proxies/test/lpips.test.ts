import { readFileSync } from 'node:fs'
import { createModelRunner } from '@fastflow/backend-node'
import type { RgbImage, Tensor } from '@fastflow/core'
import { buildLpips, type LpipsNet, type Perceptual, perceptual, readSafetensors } from '@fastflow/proxies'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { errorOf, rejectionOf } from './errors.ts'
import { hashedWeights, safetensorsOf } from './lpips-weights.ts'
import { degraded, type Formula, imageOf, scene } from './reference-images.ts'
import { needing, testData } from './test-data.ts'

interface Row {
  readonly width: number
  readonly height: number
  readonly distances: readonly number[]
  readonly spatial: readonly [number, number, number]
}
interface Reference {
  readonly hashed: Readonly<Record<LpipsNet, readonly Row[]>>
  readonly true: Readonly<Record<'alex' | 'squeeze', readonly Row[]>>
}

const fixture = new URL('./fixtures/lpips-reference.json', import.meta.url)
const reference: Reference = JSON.parse(readFileSync(fixture, 'utf8'))
const nets: LpipsNet[] = ['alex', 'squeeze', 'vgg']

/** Pictures as one tensor [N, 3, H, W] in [-1, 1]. */
function batch(images: readonly RgbImage[]): Tensor {
  const { width, height } = images[0]!
  const plane = width * height
  const data = Float32Array.from({ length: images.length * 3 * plane }, (_, k) => {
    const [n, c, place] = [Math.floor(k / (3 * plane)), Math.floor(k / plane) % 3, k % plane]
    return images[n]!.data[3 * place + c]! / 127.5 - 1
  })
  return { type: 'float32', dims: [images.length, 3, height, width], data }
}

/** The pairs of training/reference/lpips.py. */
function pairs({ width, height }: Row): [Tensor, Tensor] {
  const grain: Formula = (x, y, c) => (Math.imul((y * width + x) * 3 + c + 1, 2654435761) >>> 27) - 16
  const noisy = (strength: number): RgbImage =>
    imageOf(width, height, (x, y, c) => scene(x, y, c) + strength * grain(x, y, c))
  const plain = imageOf(width, height, scene)
  return [batch([noisy(1), noisy(-3)]), batch([plain, plain])]
}

async function load(model: Uint8Array): Promise<Perceptual> {
  const measure = perceptual(await createModelRunner(model, { threads: 1 }))
  onTestFinished(() => measure.dispose())
  return measure
}

async function expectRows(weights: Uint8Array, rows: readonly Row[]): Promise<void> {
  const measure = await load(buildLpips(weights).model)
  for (const row of rows) {
    const distances = await measure.distances(...pairs(row))
    distances.forEach((distance, n) => {
      expect(Math.abs(distance - row.distances[n]!)).toBeLessThan(1e-5)
    })
  }
}

async function picture(path: string): Promise<RgbImage> {
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, data: new Uint8Array(data) }
}

describe.each(nets)('lpips %s', (net) => {
  const weights = safetensorsOf(hashedWeights(net))

  it('equals torch to 1e-5 at odd and even sizes, in batches', () =>
    expectRows(weights, reference.hashed[net]))

  it('gives the map of torch', async () => {
    const { model } = buildLpips(weights, { spatial: true })
    const runner = await createModelRunner(model, { threads: 1 })
    onTestFinished(() => runner.dispose())
    expect(runner.outputs.map(({ name }) => name)).toEqual([`lpips_${net}_map`])
    for (const row of reference.hashed[net].slice(1)) {
      const [image, other] = pairs(row)
      const { outputs } = await runner.run({ image, reference: other })
      const { dims, data } = outputs[`lpips_${net}_map`]!
      expect(dims).toEqual([2, 1, row.height, row.width])
      const middle =
        row.width * row.height + row.width * Math.floor(row.height / 2) + Math.floor(row.width / 3)
      const corners = [data[0], data[row.width * row.height - 1], data[middle]]
      corners.forEach((value, k) => {
        expect(Math.abs(Number(value) - row.spatial[k]!)).toBeLessThan(1e-5)
      })
    }
  })

  it('builds the same bytes from the same weights', () => {
    const [a, b] = [buildLpips(weights), buildLpips(weights)]
    expect(a.net).toBe(net)
    expect(Buffer.compare(a.model, b.model)).toBe(0)
  })
})

describe.each(['alex', 'squeeze'] as const)('true weights of %s', (net) => {
  const file = `lpips/lpips_${net}_v0.1.safetensors`
  const missing = testData(file) === undefined

  it.skipIf(missing)(needing(file, 'equal torch to 1e-5'), () =>
    expectRows(readFileSync(testData(file)!), reference.true[net]),
  )

  it.skipIf(missing)(needing(file, 'equal the published values of the example pictures'), async () => {
    const measure = await load(buildLpips(readFileSync(testData(file)!)).model)
    const expected = JSON.parse(readFileSync(testData('lpips/expected.json')!, 'utf8'))
    const image = await picture(testData('lpips/ex_ref.png')!)
    for (const name of ['ex_p0', 'ex_p1']) {
      const other = await picture(testData(`lpips/${name}.png`)!)
      const { value } = await measure.proxy.score({ image, reference: other })
      expect(Math.abs(value - expected['fp32_cpu_torch1.13'][net][`ex_ref|${name}`])).toBeLessThan(1e-5)
    }
  })
})

describe('perceptual', () => {
  let measure: Perceptual
  beforeAll(async () => {
    const { model } = buildLpips(safetensorsOf(hashedWeights('alex')))
    measure = perceptual(await createModelRunner(model, { threads: 1 }))
  })
  afterAll(() => measure.dispose())

  it('is a proxy: lower is closer, 0 for the same picture, symmetric, with the digest in its version', async () => {
    const { proxy } = measure
    expect(proxy).toMatchObject({ name: 'lpips-alex', direction: 'lower-is-better', range: [0, Infinity] })
    expect(proxy.version).toMatch(/^lpips-alex\/1\+[0-9a-f]{12}$/)
    const [image, other] = [imageOf(80, 64, scene), degraded('noise', 80, 64)]
    expect(await proxy.score({ image, reference: image })).toEqual({ value: 0, version: proxy.version })
    const { value } = await proxy.score({ image, reference: other })
    const swapped = await proxy.score({ image: other, reference: image })
    expect(value).toBeGreaterThan(0.01)
    expect(swapped.value).toBeCloseTo(value, 6)
  })

  it('enlarges small pictures so that the shorter side is 64', async () => {
    const { proxy } = measure
    const [image, reference] = [imageOf(20, 32, scene), degraded('blur', 20, 32)]
    const large = async (picture: RgbImage): Promise<RgbImage> => {
      const { resizeLikePillow } = await import('@fastflow/proxies')
      return resizeLikePillow(picture, 64, 102, 2)
    }
    const { value } = await proxy.score({ image, reference })
    const enlarged = await proxy.score({ image: await large(image), reference: await large(reference) })
    expect(value).toBe(enlarged.value)
  })

  const good = batch([imageOf(64, 64, scene)])
  const broken = new Float32Array(good.data as Float32Array)
  broken[7] = Number.NaN
  it.each([
    ['image', { ...good, data: broken }, good, 'holds NaN at 7'],
    [
      'reference',
      good,
      { ...good, data: broken.map((v) => (Number.isNaN(v) ? Infinity : v)) },
      'Infinity at 7',
    ],
    ['reference.dims', good, batch([imageOf(65, 64, scene)]), 'make them equal'],
    ['image', batch([imageOf(63, 64, scene)]), good, 'sides of 64 or more'],
    ['image', { ...good, dims: [3, 64, 64] }, good, 'give float32 [N, 3, H, W]'],
    ['image', { ...good, dims: [2, 3, 64, 64] }, good, 'its dims need 24576'],
  ])('refuses a bad %s tensor', async (field, image, other, problem) => {
    const error = await rejectionOf(measure.distances(image, other))
    expect(error).toMatchObject({ code: 'invalid-argument', field })
    expect(error.message).toContain(problem)
  })

  it('refuses pictures of different size', () => {
    const input = { image: imageOf(64, 64, scene), reference: imageOf(64, 65, scene) }
    return expect(measure.proxy.score(input)).rejects.toMatchObject({ field: 'reference.height' })
  })

  it('refuses another network', async () => {
    const { model } = buildLpips(safetensorsOf(hashedWeights('squeeze')), { spatial: true })
    const runner = await createModelRunner(model, { threads: 1 })
    onTestFinished(() => runner.dispose())
    expect(errorOf(() => perceptual(runner))).toMatchObject({ code: 'model-mismatch', field: 'model' })
  })
})

describe('weights', () => {
  const entries = hashedWeights('squeeze')
  const changed = (name: string, change: object) =>
    entries.map((entry) => (entry.name === name ? { ...entry, ...change } : entry))

  it.each([
    ['features.0.bias', entries.filter(({ name }) => name !== 'features.0.bias'), 'is missing'],
    ['lin6.weight', entries.filter(({ name }) => name !== 'lin6.weight'), 'linear heads'],
    [
      'features.4.squeeze.weight',
      changed('features.4.squeeze.weight', { shape: [128, 16, 1, 1] }),
      '[16, 128, 1, 1]',
    ],
    ['lin0.weight', changed('lin0.weight', { shape: [8, 8] }), 'needs [64]'],
    ['lin0.weight', changed('lin0.weight', { data: new Float32Array(64).fill(-1) }), 'not negative'],
    [
      'classifier.weight',
      [...entries, { name: 'classifier.weight', shape: [1], data: Float32Array.of(1) }],
      'belongs to no layer',
    ],
    ['weights', entries.slice(0, 2), 'no network that LPIPS uses'],
  ])('with a wrong %s are refused', (field, tensors, problem) => {
    const error = errorOf(() => buildLpips(safetensorsOf(tensors)))
    expect(error).toMatchObject({ code: 'model-mismatch', field })
    expect(error.message).toContain(problem)
  })

  it('are taken as they were read too, and checked all the same', () => {
    const bytes = safetensorsOf(hashedWeights('alex'))
    const read = readSafetensors(bytes)
    const [{ model, ...rest }, { model: expected, ...others }] = [buildLpips(read), buildLpips(bytes)]
    // There are ten million bytes, which `toEqual` would take one by one.
    expect(Buffer.compare(model, expected)).toBe(0)
    expect(rest).toEqual(others)
    const head = read.get('lin0.weight')!
    for (const wrong of [
      { ...head, data: [...head.data] },
      { ...head, data: head.data.slice(1) },
      { ...head, data: head.data.map(() => Number.NaN) },
      null,
    ]) {
      const error = errorOf(() => buildLpips(new Map([...read, ['lin0.weight', wrong as never]])))
      expect(error).toMatchObject({ code: 'model-mismatch', field: 'lin0.weight' })
    }
    const error = errorOf(() => buildLpips({ net: 'alex' } as never))
    expect(error).toMatchObject({ code: 'invalid-argument', message: expect.stringContaining('type Object') })
  })

  it('take heads of shape [1, C, 1, 1] too', () => {
    const flat = buildLpips(safetensorsOf(entries))
    const deep = buildLpips(safetensorsOf(changed('lin0.weight', { shape: [1, 64, 1, 1] })))
    expect(Buffer.compare(flat.model, deep.model)).toBe(0)
  })
})
