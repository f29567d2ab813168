import { crc32, deflateSync } from 'node:zlib'
import { decodeImage, encodePng } from '@fastflow/media'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'

const [width, height] = [40, 20]
const data = Uint8Array.from({ length: 3 * width * height }, (_, k) => (11 * k) % 251)
const picture = sharp(data, { raw: { width, height, channels: 3 } })
const formats = {
  png: await picture.clone().png().toBuffer(),
  jpeg: await picture.clone().jpeg().toBuffer(),
  webp: await picture.clone().webp({ lossless: true }).toBuffer(),
}
const gif = await picture.clone().gif().toBuffer()
const tiff = await picture.clone().tiff().toBuffer()
const kinds = Object.keys(formats) as (keyof typeof formats)[]

/** A PNG that says it has so many pixels, and holds next to none. */
function claiming(across: number, down: number): Uint8Array {
  const chunk = (type: string, content: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content])
    const words = Buffer.alloc(8)
    words.writeUInt32BE(content.length, 0)
    words.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([words.subarray(0, 4), body, words.subarray(4)])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(across, 0)
  head.writeUInt32BE(down, 4)
  head.set([8, 2], 8)
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(100))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

describe('a picture', () => {
  it.each(['png', 'webp'] as const)('of %s comes back pixel by pixel', async (kind) => {
    expect(await decodeImage(formats[kind])).toEqual({ width, height, data })
  })

  it('of JPEG comes back near', async () => {
    const { data: near, ...size } = await decodeImage(formats.jpeg)
    expect(size).toEqual({ width, height })
    expect(near).toHaveLength(data.length)
  })

  it('is laid on white, and fitted into a square', async () => {
    const clear = await encodePng({ width: 4, height: 2, data: new Uint8Array(32) })
    expect(await decodeImage(clear)).toEqual({ width: 4, height: 2, data: new Uint8Array(24).fill(255) })
    const black = await encodePng({ width: 4, height: 2, data: new Uint8Array(24) })
    const fitted = await decodeImage(black, { size: 4 })
    const row = (level: number): number[] => Array<number>(12).fill(level)
    expect(fitted).toMatchObject({ width: 4, height: 4 })
    expect([...fitted.data]).toEqual([...row(255), ...row(0), ...row(0), ...row(255)])
  })

  it('is turned upright as its camera says', async () => {
    const turned = await picture.clone().withMetadata({ orientation: 6 }).png().toBuffer()
    expect(await decodeImage(turned)).toMatchObject({ width: height, height: width })
  })
})

describe('refused, naming the field and the picture', () => {
  const decode = (bytes: Uint8Array) =>
    decodeImage(bytes, { field: 'source', name: 'my.png' }).then(
      () => expect.unreachable('was decoded'),
      ({ code, field, message }) => ({ code, field, message }),
    )
  const check = async (bytes: Uint8Array, problem: RegExp) => {
    const thrown = await decode(bytes)
    expect(thrown).toMatchObject({ code: 'invalid-argument', field: 'source' })
    expect(thrown.message).toMatch(problem)
    expect(thrown.message).toMatch(/^source: my\.png /)
    expect(thrown.message).not.toContain('\n')
  }

  it.each(kinds)('a file of %s that is cut short', async (kind) => {
    const bytes = formats[kind]
    for (const length of [13, 40, Math.floor(bytes.length / 2), bytes.length - 20])
      await check(bytes.subarray(0, length), /is damaged|can be read|has .* pixels/)
  })

  it.each(kinds)('a head of %s with noise behind it', async (kind) => {
    const noise = Uint8Array.from({ length: 4000 }, (_, k) => (k * 7919) % 256)
    await check(Buffer.concat([formats[kind].subarray(0, 12), noise]), /is damaged|can be read|has .* pixels/)
  })

  it.each([
    ['many megapixels', 6000, 5000, /has 6000 x 5000 pixels; make it smaller than 25 megapixels/],
    ['more pixels than memory', 2 ** 31 - 1, 2 ** 31 - 1, /make it smaller|can be read/],
    ['a long strip', 40_000, 1, /has 40000 x 1 pixels; make no side longer than 32768/],
    ['no pixels', 0, 5, /can be read/],
  ])('%s, before a pixel is decoded', async (_, across, down, problem) => {
    await check(claiming(across, down), problem)
  })

  it.each([
    ['nothing', new Uint8Array(0), /is empty/],
    ['text', Buffer.from('no picture at all'), /PNG, JPEG or WebP/],
    [
      'a document that could refer to files',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      /PNG, JPEG/,
    ],
    ['GIF', gif, /PNG, JPEG or WebP/],
    ['TIFF', tiff, /PNG, JPEG or WebP/],
    ['a sound in the container of WebP', Buffer.from('RIFF\x24\0\0\0WAVEfmt '), /PNG, JPEG or WebP/],
  ])('%s', (_, bytes, problem) => check(bytes, problem))
})
