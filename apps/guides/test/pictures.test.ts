import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeImage } from '@fastflow/media'
import { describe, expect, it } from 'vitest'
import { pictures } from '../src/pictures.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const embedded = /data:image\/png;base64,([^"]+)/g
const number = /-?\d+(?:\.\d+)?/g

/** Pixels may differ from one processor to another: onnxruntime has kernels for each. */
async function pixelsOf(svg: string): Promise<readonly number[]> {
  const images = [...svg.matchAll(embedded)].map(([, data]) => decodeImage(Buffer.from(data!, 'base64')))
  return (await Promise.all(images)).flatMap(({ data }) => [...data])
}

function farthest(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length)
  return a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k]!)), 0)
}

describe('npm run pictures', () => {
  it.each(Object.entries(pictures))('draws %s as it is in docs', async (name, draw) => {
    const kept = (await readFile(join(root, 'docs/pictures', name), 'utf8')).replaceAll('\r\n', '\n')
    const drawn = `${await draw(root)}\n`
    expect(farthest(await pixelsOf(drawn), await pixelsOf(kept))).toBeLessThanOrEqual(8)
    const [own, theirs] = [drawn, kept].map((svg) => svg.replaceAll(embedded, ''))
    expect(own!.replaceAll(number, '#')).toBe(theirs!.replaceAll(number, '#'))
    const [figures, keptFigures] = [own, theirs].map((svg) => (svg!.match(number) ?? []).map(Number))
    // Tenths of pixels, and of decibels.
    expect(farthest(figures!, keptFigures!)).toBeLessThanOrEqual(0.5)
  })
})
