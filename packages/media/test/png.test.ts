import { encodePng } from '@fastflow/media'
import sharp from 'sharp'
import { expect, it } from 'vitest'

const levels = (length: number): Uint8Array => Uint8Array.from({ length }, (_, k) => (7 * k) % 256)

it.each([3, 4])('a PNG of %i channels holds every pixel', async (channels) => {
  const image = { width: 5, height: 3, data: levels(15 * channels) }
  const png = await encodePng(image)
  // Bytes of their own, not a view of a library's memory.
  expect(Object.getPrototypeOf(png)).toBe(Uint8Array.prototype)
  expect(png.byteLength).toBe(png.buffer.byteLength)
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true })
  expect({ ...info, data: new Uint8Array(data) }).toMatchObject({ ...image, channels })
  expect((await sharp(png).metadata()).exif).toBeUndefined()
})

it('pixels of a canvas are taken, and equal calls give equal bytes', async () => {
  const image = { width: 2, height: 2, data: new Uint8ClampedArray(levels(16)) }
  expect(await encodePng(image, { seed: 1 })).toEqual(await encodePng(image, { seed: 1 }))
})

it('metadata is JSON in ASCII, whatever it says', async () => {
  const metadata = { prompt: 'ein Wei\u00dfkopf \u{1f985} "quoted"\n', seed: 7, nothing: null }
  const png = await encodePng({ width: 1, height: 1, data: levels(3) }, metadata)
  const exif = (await sharp(png).metadata()).exif!.toString('latin1')
  const text = exif.slice(exif.indexOf('{'), exif.lastIndexOf('}') + 1)
  expect(text).toMatch(/^[\x20-\x7e]*$/)
  expect(JSON.parse(text)).toEqual(metadata)
})

it('metadata that is no JSON is refused by name', async () => {
  const image = { width: 1, height: 1, data: levels(3) }
  const circle: Record<string, unknown> = {}
  circle.self = circle
  for (const metadata of [circle, { count: 1n }])
    await expect(encodePng(image, metadata)).rejects.toMatchObject({
      code: 'invalid-argument',
      field: 'metadata',
    })
})
