import { readFileSync } from 'node:fs'
import * as quantize from '@fastflow/quantize'
import { examplesOf } from '@fastflow/testkit'
import { expect, it } from 'vitest'
import { chain, folderOf } from './network.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

it('the example of the README writes a copy', async () => {
  const folder = await folderOf(chain().bytes)
  const printed: unknown[] = []
  const [source] = examplesOf(readme).map((one) => one.replace('path/to/model', folder))
  const body = source!.replace(/^import (\{.*\}) from ('.*')$/m, 'const $1 = packages[$2]')
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor
  const run = new AsyncFunction('packages', 'console', body)
  const packages: Readonly<Record<string, unknown>> = { '@fastflow/quantize': quantize }
  await run(packages, { log: (...words: unknown[]) => printed.push(words.join(' ')) })
  expect(printed[0]).toBe('transformer: 1 of 2')
  expect(printed).toContain(`${folder}-int8`)
})

it('the README names every precision', () => {
  for (const as of quantize.precisions) expect(readme).toContain(`| \`${as}\` |`)
})
