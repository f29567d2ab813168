import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('what is published runs where there is no Node: its bundle for browsers is whole and asks for none of its modules', async () => {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: "export * from '@fastflow/bench'",
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    // Other tools' rules take part in a clone of the repository only.
    external: ['@fastflow/peers'],
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    metafile: true,
    write: false,
  })
  const bundle = outputFiles[0]!.text
  expect(bundle).toContain('runBench')
  expect(bundle).not.toMatch(/node:|\brequire\(|\bprocess\.|\bBuffer\b/)
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map(({ path }) => path))
  expect(new Set(imports)).toEqual(new Set(['@fastflow/peers']))
  const sources = Object.keys(metafile.inputs)
  expect(sources).toContain('dist/index.js')
  expect(sources.filter((path) => path.endsWith('.ts'))).toEqual([])
})
