import { inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { encodeApng, encodePng } from '../src/export/png.ts'
import { readChunks } from './support/png-chunks.ts'

const image = (shade: number) => ({
  width: 3,
  height: 2,
  data: new Uint8Array(18).fill(shade).map((v, n) => v + n),
})

test('a PNG holds every pixel as it is, and its metadata', async () => {
  const chunks = readChunks(await encodePng(image(10), { prompt: 'ein Fuchs, süß', seed: 7 }))
  expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'eXIf', 'IDAT', 'IEND'])
  const rows = inflateSync(chunks[2]!.data)
  expect([...rows]).toEqual([0, 10, 11, 12, 13, 14, 15, 16, 17, 18, 0, 19, 20, 21, 22, 23, 24, 25, 26, 27])
  const exif = chunks[1]!.data.toString('latin1')
  expect(exif).toContain('{"prompt":"ein Fuchs, s\\u00fc\\u00df","seed":7}\0')
  expect(exif).toContain('FastFlow\0')
})

test('an animated PNG numbers its frames without a gap and plays for ever', async () => {
  const clip = { frames: [image(0), image(50), image(100)], fps: 8 }
  const chunks = readChunks(await encodeApng(clip, {}))
  const types = chunks.map(({ type }) => type)
  expect(types).toEqual(['IHDR', 'eXIf', 'acTL', 'fcTL', 'IDAT', 'fcTL', 'fdAT', 'fcTL', 'fdAT', 'IEND'])
  const [animation] = chunks.filter(({ type }) => type === 'acTL')
  expect([animation!.data.readUInt32BE(0), animation!.data.readUInt32BE(4)]).toEqual([3, 0])
  const numbered = chunks.filter(({ type }) => type === 'fcTL' || type === 'fdAT')
  expect(numbered.map(({ data }) => data.readUInt32BE(0))).toEqual([0, 1, 2, 3, 4])
  const delays = chunks
    .filter(({ type }) => type === 'fcTL')
    .map(({ data }) => [data.readUInt16BE(20), data.readUInt16BE(22)])
  expect(delays).toEqual([
    [1, 8],
    [1, 8],
    [1, 8],
  ])
  const last = chunks.filter(({ type }) => type === 'fdAT').at(-1)!
  expect(inflateSync(last.data.subarray(4))[1]).toBe(100)
})
