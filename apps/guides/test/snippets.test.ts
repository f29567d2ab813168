import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as backendNode from '@fastflow/backend-node'
import * as bandits from '@fastflow/bandits'
import * as core from '@fastflow/core'
import * as media from '@fastflow/media'
import * as pipelines from '@fastflow/pipelines'
import { examplesOf, promisesOf, runExample } from '@fastflow/testkit'
import { describe, expect, it } from 'vitest'
import { leads, linksOf } from './support/links.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const written: string[] = []
const packages = {
  // Examples may write files; here their names are enough.
  'node:fs/promises': { writeFile: async (path: string) => void written.push(path) },
  '@fastflow/backend-node': backendNode,
  '@fastflow/bandits': bandits,
  '@fastflow/core': core,
  '@fastflow/media': media,
  '@fastflow/pipelines': pipelines,
}

/** Pages whose examples run beside what they show, in the test of the path: their models and servers are made there. */
const elsewhere: Readonly<Record<string, string>> = {
  'docs/models.md': 'packages/pipelines/test/docs-models.test.ts',
  'docs/serving.md': 'packages/server/test/docs-serving.test.ts',
  'docs/browser.md': 'apps/guides/test/docs-browser.test.ts',
}
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const textOf = (page: string): string => readFileSync(join(root, page), 'utf8')

describe.each(pages.filter((page) => !(page in elsewhere)))('%s', (page) => {
  const examples = examplesOf(textOf(page))
  if (examples.length === 0) return it('has no example', () => expect(textOf(page)).not.toContain('```js'))
  it.each(examples)('example %# runs, and prints what its comments say', async (source) => {
    const found = source.replaceAll(/'(?:models\/|@fastflow\/models-)([\w-]+)'/g, (_, model: string) =>
      JSON.stringify(join(root, 'models', model)),
    )
    const printed = await runExample(found, packages)
    // What differs from machine to machine has no comment.
    if (promisesOf(source).length > 0) expect(printed).toEqual(promisesOf(source))
  })
})

describe('pages', () => {
  it.each(Object.entries(elsewhere))('%s is run by %s', (page, test) => {
    expect(readFileSync(join(root, test), 'utf8')).toContain(page)
  })

  it('the README writes one picture, and has at most 120 lines', () => {
    expect(written).toEqual(['fox.png'])
    expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(121)
  })

  it.each(pages)('%s says JavaScript in blocks that are run', (page) => {
    expect(textOf(page)).not.toMatch(/```(?:javascript|ts|typescript|mjs|tsx)\n/)
  })

  it.each(pages)('%s links to what is there', (page) => {
    const missing = linksOf(textOf(page)).filter((link) => !leads(root, page, link))
    expect(missing).toEqual([])
  })
})
