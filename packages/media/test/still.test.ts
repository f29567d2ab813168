import { expect, it } from 'vitest'
import { decodeImage, decodeRgba, encodePng, encodeStill, resizePicture } from '../src/index.ts'

const data = Uint8Array.from({ length: 8 * 8 * 3 }, (_, k) => (k * 5) % 256)
const image = { width: 8, height: 8, data }

it('a PNG, and a WebP at full quality, are without loss', async () => {
  for (const format of ['png', 'webp'] as const)
    expect((await decodeImage(await encodeStill(image, { format }))).data).toEqual(data)
})

it.each(['jpeg', 'webp'] as const)('%s files get smaller with the quality, down to 0', async (format) => {
  const sizes = await Promise.all(
    [0, 50, 99].map(async (quality) => (await encodeStill(image, { format, quality })).length),
  )
  expect(sizes).toEqual([...sizes].sort((a, b) => a - b))
  expect(sizes[0]).toBeLessThan(sizes[2]!)
})

it('a JPEG is laid on white, and has its metadata', async () => {
  const clear = { width: 1, height: 1, data: Uint8Array.of(0, 0, 0, 0) }
  const jpeg = await encodeStill(clear, { format: 'jpeg', metadata: { seed: 7 } })
  expect([...(await decodeImage(jpeg)).data]).toEqual([255, 255, 255])
  expect(Buffer.from(jpeg).includes('"seed":7')).toBe(true)
})

it('transparency is there when it is asked for', async () => {
  const rgba = { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 0, 4, 5, 6, 200) }
  const png = await encodePng(rgba)
  expect([...(await decodeRgba(png)).data]).toEqual([...rgba.data])
  expect([...(await decodeRgba(await encodePng(image))).data].slice(0, 4)).toEqual([0, 5, 10, 255])
  const square = await decodeRgba(png, { size: 2 })
  expect([square.width, square.height, square.data.length]).toEqual([2, 2, 16])
})

it('a picture is stretched to other pixels, and stays itself in its own', async () => {
  expect(await resizePicture(image, 8, 8)).toBe(image)
  const wide = await resizePicture({ width: 1, height: 1, data: Uint8Array.of(9, 8, 7) }, 3, 2)
  expect([...wide.data]).toEqual(Array(6).fill([9, 8, 7]).flat())
})
