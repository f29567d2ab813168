import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

/** Bytes that go over the wire for a page that imports this much of the package. */
async function gzipped(names: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { ${names} } from './src/index.ts'`,
      resolveDir: fileURLToPath(new URL('..', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    minify: true,
    write: false,
  })
  return gzipSync(outputFiles[0]!.contents).length
}

it('sampling along a schedule with a skip policy is below 10 kB', async () => {
  expect(await gzipped('sample, linearSchedule, uniformSkip, fillNormal')).toBeLessThan(10_000)
})

it('what is not imported is left out', async () => {
  expect(await gzipped('linearSchedule')).toBeLessThan(1500)
})
