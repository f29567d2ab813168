import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { dist } from './support/server.ts'

/** What a visitor fetches before anything can be generated, the runtime's WebAssembly and the models apart. */
test('scripts, styles and page are under 300 kB, compressed', () => {
  const code = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:js|mjs|css|html)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
  const bytes = code.reduce((sum, file) => sum + gzipSync(file).length, 0)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThan(300_000)
})

test('every model is in the build, with its networks', () => {
  const { models } = JSON.parse(readFileSync(join(dist, 'models.json'), 'utf8'))
  expect(models.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['emoji', 'emoji-edit', 'cifar10']),
  )
  for (const { location, bytes } of models) {
    const files = readdirSync(join(dist, location), { recursive: true, withFileTypes: true })
    const networks = files.filter(({ name }) => name.endsWith('.onnx'))
    const sizes = networks.map((entry) => readFileSync(join(entry.parentPath, entry.name)).length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(bytes)
  }
})

test('nothing asks for a module of Node, and rules of other tools stay out', () => {
  const own = readdirSync(join(dist, 'assets')).filter(
    (name) => /\.js$/.test(name) && !name.startsWith('ort.'),
  )
  expect(own.some((name) => name.startsWith('worker-'))).toBe(true)
  for (const name of own) {
    const code = readFileSync(join(dist, 'assets', name), 'utf8')
    expect(code, name).not.toMatch(/["'`]node:|\brequire\(|vite-browser-external/)
    expect(code, name).not.toMatch(/\bas magnitudeRatios\b/)
  }
})
