import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, inflateSync } from 'node:zlib'
import { nodeBackend } from '@fastflow/backend-node'
import { expect, it, onTestFinished, vi } from 'vitest'
import { loadPipeline } from '../src/index.ts'
import { Picture } from '../src/state/picture.ts'

const model = join(import.meta.dirname, '../../testkit/fixtures/models/words')

/** Reads a PNG of 8-bit RGB by the book, checksums too. */
function read(png: Uint8Array): { width: number; height: number; data: Uint8Array; chunks: string[] } {
  const bytes = Buffer.from(png)
  const chunks: string[] = []
  let [header, pixels] = [Buffer.alloc(0), Buffer.alloc(0)]
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const name = bytes.toString('latin1', at + 4, at + 8)
    const content = bytes.subarray(at + 8, at + 8 + length)
    chunks.push(name)
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)))
    if (name === 'IHDR') header = content
    if (name === 'IDAT') pixels = inflateSync(content)
    at += 12 + length
  }
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const row = 3 * width
  const data = new Uint8Array(row * height)
  for (let y = 0; y < height; y++) {
    expect(pixels[y * (row + 1)]).toBe(4)
    for (let k = 0; k < row; k++) {
      const at = (r: number, c: number): number => (r < 0 || c < 0 ? 0 : data[r * row + c]!)
      const [a, b, c] = [at(y, k - 3), at(y - 1, k), k < 3 ? 0 : at(y - 1, k - 3)]
      const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
      const guess = pa <= pb && pa <= pc ? a : pb <= pc ? b : c
      data[y * row + k] = pixels[y * (row + 1) + 1 + k]! + guess
    }
  }
  return { width, height, data, chunks }
}

it('a PNG holds the picture, bit for bit', async () => {
  const data = Uint8Array.from({ length: 3 * 7 * 5 }, (_, k) => (k * 97 + (k % 11) * 31) % 256)
  const found = read(await new Picture({ width: 7, height: 5, data }).png())
  expect(found).toMatchObject({ width: 7, height: 5 })
  expect(found.data).toEqual(data)
  expect(found.chunks).toEqual(['IHDR', 'IDAT', 'IEND'])
})

it('images of a pipeline are saved, and posted to others as pictures', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fastflow-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const pipe = await loadPipeline(model, { backend: nodeBackend() })
  onTestFinished(() => pipe.dispose())
  const { images, items } = await pipe.generate('a mug', { numSteps: 2 })
  const [image] = images
  expect(items[0]!.image).toBe(image)
  await image!.save(join(folder, 'made/for/it/a-mug.png'))
  const { width, height, data } = image!
  const saved = read(await readFile(join(folder, 'made/for/it/a-mug.png')))
  expect(saved).toMatchObject({ width, height })
  expect(saved.data).toEqual(data)
  expect(structuredClone(image)).toEqual({ width, height, data })
  await writeFile(join(folder, 'file'), '')
  await expect(image!.save(join(folder, 'file/a.png'))).rejects.toMatchObject({ code: 'output-unwritable' })
  await expect(image!.save('')).rejects.toMatchObject({ code: 'invalid-argument', field: 'path' })
})

it('says what to do where nothing can be written, or compressed', async () => {
  const picture = new Picture({ width: 1, height: 1, data: new Uint8Array(3) })
  await expect(picture.save('a.png')).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('png()'),
  })
  vi.stubGlobal('CompressionStream', undefined)
  onTestFinished(() => void vi.unstubAllGlobals())
  await expect(picture.png()).rejects.toMatchObject({ code: 'unsupported', field: 'png' })
})
