import { inflateSync } from 'node:zlib'
import { clipNotes, encodeApng, encodeWebp, type Frames, type Picture } from '@fastflow/media'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'

const [width, height] = [5, 3]

/** A frame that is dark on the left and of one level on the right. */
const frameOf = (level: number): Picture => {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, k) =>
    Math.floor(k / 3) % width < 2 ? 9 : level,
  )
  return { width, height, data }
}
const clipOf = (levels: readonly number[], fps = 8): Frames => ({ frames: levels.map(frameOf), fps })
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Frames of an animated WebP as another program sees them, and how long each is shown. */
async function decoded(webp: Uint8Array): Promise<{ frames: Uint8Array[]; delay: readonly number[] }> {
  const { pages = 1, delay = [] } = await sharp(webp, { animated: true }).metadata()
  const frames: Uint8Array[] = []
  for (let page = 0; page < pages; page++)
    frames.push(new Uint8Array(await sharp(webp, { page }).removeAlpha().raw().toBuffer()))
  return { frames, delay }
}

function chunksOf(bytes: Uint8Array): { readonly type: string; readonly data: Buffer }[] {
  const png = Buffer.from(bytes)
  const chunks: { type: string; data: Buffer }[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const type = png.toString('latin1', at + 4, at + 8)
    chunks.push({ type, data: png.subarray(at + 8, at + 8 + png.readUInt32BE(at)) })
  }
  return chunks
}

const levels: readonly (readonly number[])[] = [
  [10, 80, 160, 240],
  [10, 10, 160, 240],
  [10, 80, 80, 80, 240],
  [10, 80, 160, 160],
  [77, 77, 77, 77],
  [3, 3],
]

describe('animated WebP', () => {
  test.each(levels)('holds every frame for its time, equal ones too: %j', async (...shown) => {
    const { frames, delay } = await decoded(await encodeWebp(clipOf(shown), {}))
    expect(frames).toEqual(shown.map((level) => frameOf(level).data))
    expect(delay).toEqual(shown.map(() => 125))
  })

  test.each([1, 7, 24, 30, 60, 90])('lasts as long as the clip at %d frames a second', async (fps) => {
    const shown = Array.from({ length: 50 }, (_, k) => 5 * k)
    const { frames, delay } = await decoded(await encodeWebp(clipOf(shown, fps), {}))
    expect(frames).toHaveLength(50)
    expect(sum(delay)).toBe(Math.round(50_000 / fps))
    expect(clipNotes(clipOf(shown, fps))).toEqual([])
  })

  test.each([91, 100, 120, 144, 240, 1000])(
    'at %d frames a second shows those that browsers do not slow down, each when it is due',
    async (fps) => {
      const shown = Array.from({ length: 48 }, (_, k) => 5 * k)
      const clip = clipOf(shown, fps)
      const { frames, delay } = await decoded(await encodeWebp(clip, {}))
      expect(frames.length).toBeLessThan(48)
      expect(frames[0]).toEqual(clip.frames[0]!.data)
      expect(Math.min(...delay)).toBeGreaterThan(10)
      expect(sum(delay)).toBe(Math.round(48_000 / fps))
      const began = delay.map((_, k) => sum(delay.slice(0, k)))
      const due = frames.map((frame) => shown.indexOf(frame.at(-1)!) * (1000 / fps))
      for (const [k, at] of began.entries()) expect(Math.abs(at - due[k]!)).toBeLessThanOrEqual(0.5)
      expect(clipNotes(clip)).toEqual([expect.stringContaining(`shows ${frames.length} of the 48 frames`)])
    },
  )

  test('of one frame is a still picture', async () => {
    const clip = clipOf([50])
    const webp = await encodeWebp(clip, { prompt: 'owl' })
    const { frames, delay } = await decoded(webp)
    expect(frames).toEqual([clip.frames[0]!.data])
    expect(delay).toEqual([])
    expect((await sharp(webp).metadata()).exif?.toString('latin1')).toContain('"prompt":"owl"')
    expect(clipNotes(clip)).toEqual([])
  })

  test('of transparent frames stays transparent, as an animated PNG does', async () => {
    const clip = clipOf([10, 80, 160])
    const frames = clip.frames.map(({ data }): Picture => {
      const rgba = Uint8Array.from({ length: 4 * width * height }, (_, k) =>
        k % 4 === 3 ? (k % 8 === 3 ? 128 : 255) : data[3 * Math.floor(k / 4) + (k % 4)]!,
      )
      return { width, height, data: rgba }
    })
    const webp = await encodeWebp({ frames, fps: 8 })
    for (const [page, { data }] of frames.entries())
      expect(new Uint8Array(await sharp(webp, { page }).raw().toBuffer())).toEqual(data)
    const apng = await encodeApng({ frames, fps: 8 })
    expect(new Uint8Array(await sharp(apng).raw().toBuffer())).toEqual(frames[0]!.data)
    expect(Buffer.from(webp).readUInt8(20)).toBe(0x12)
  })

  test('without metadata has none', async () => {
    const webp = await encodeWebp(clipOf([1, 2]))
    expect((await sharp(webp).metadata()).exif).toBeUndefined()
    expect(Buffer.from(webp).readUInt8(20)).toBe(0x02)
  })

  test('says what it holds, and runs for ever', async () => {
    const webp = await encodeWebp(clipOf([1, 2, 3]), { prompt: 'owl' })
    const { loop, exif, pageHeight } = await sharp(webp, { animated: true }).metadata()
    expect({ loop, pageHeight }).toEqual({ loop: 0, pageHeight: height })
    expect(exif?.toString('latin1')).toContain('"prompt":"owl"')
    expect(Buffer.from(webp).readUInt32LE(4)).toBe(webp.length - 8)
  })
})

describe('animated PNG', () => {
  test.each([...levels, [50]])('holds every frame for its time, equal ones too: %j', async (...shown) => {
    const clip = clipOf(shown, 24)
    const apng = await encodeApng(clip, {})
    const chunks = chunksOf(apng)
    expect(chunks.find(({ type }) => type === 'acTL')!.data.readUInt32BE(0)).toBe(shown.length)
    const controls = chunks.filter(({ type }) => type === 'fcTL').map(({ data }) => data)
    expect(controls.map((data) => data.readUInt16BE(20) / data.readUInt16BE(22))).toEqual(
      shown.map(() => 1 / 24),
    )
    // Frames of several chunks are joined; each is a picture of its own.
    const pictures: Buffer[][] = []
    for (const { type, data } of chunks) {
      if (type === 'fcTL') pictures.push([])
      if (type === 'IDAT') pictures.at(-1)!.push(data)
      if (type === 'fdAT') pictures.at(-1)!.push(data.subarray(4))
    }
    const lengths = pictures.map((parts) => inflateSync(Buffer.concat(parts)).length)
    expect(new Set(lengths).size).toBe(1)
    const first = await sharp(apng).removeAlpha().raw().toBuffer()
    expect(new Uint8Array(first)).toEqual(clip.frames[0]!.data)
  })

  test('at many frames a second keeps them all', async () => {
    const chunks = chunksOf(await encodeApng(clipOf([1, 2, 3, 4], 240), {}))
    expect(chunks.filter(({ type }) => type === 'fcTL')).toHaveLength(4)
  })
})

test.each([0, -8, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 65_536, '8', undefined])(
  'a clip of %s frames a second is refused, naming fps',
  async (fps) => {
    const clip = { frames: [1, 2].map(frameOf), fps } as Frames
    const refusal = { code: 'invalid-argument', field: 'fps' }
    await expect(encodeWebp(clip, {})).rejects.toMatchObject(refusal)
    await expect(encodeApng(clip, {})).rejects.toMatchObject(refusal)
  },
)

test.each<[string, readonly Picture[], string]>([
  ['no frames', [], 'frames'],
  ['frames of several sizes', [frameOf(1), { width: 1, height: 1, data: new Uint8Array(3) }], 'frames[1]'],
  [
    'frames of which one is transparent',
    [frameOf(1), { ...frameOf(1), data: new Uint8Array(60) }],
    'frames[1]',
  ],
  ['a frame cut short', [frameOf(1), { ...frameOf(1), data: new Uint8Array(44) }], 'frames[1].data'],
])('a clip of %s is refused', async (_, frames, field) => {
  const refusal = { code: 'invalid-argument', field }
  await expect(encodeWebp({ frames, fps: 8 }, {})).rejects.toMatchObject(refusal)
  await expect(encodeApng({ frames, fps: 8 }, {})).rejects.toMatchObject(refusal)
})

test('a clip wider than WebP holds is refused by its width', async () => {
  const frame = { width: 16_384, height: 1, data: new Uint8Array(3 * 16_384) }
  const refusal = { code: 'invalid-argument', field: 'frames[0].width' }
  await expect(encodeWebp({ frames: [frame, frame], fps: 8 })).rejects.toMatchObject(refusal)
  expect((await encodeApng({ frames: [frame, frame], fps: 8 })).length).toBeGreaterThan(0)
})
