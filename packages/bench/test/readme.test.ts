import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as backend from '@fastflow/backend-node'
import * as bench from '@fastflow/bench'
import * as pipelines from '@fastflow/pipelines'
import { describeExamples, fixtures } from '@fastflow/testkit'
import { expect, it } from 'vitest'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const model = JSON.stringify(fileURLToPath(new URL('models/words', fixtures)))
const packages = {
  '@fastflow/backend-node': backend,
  '@fastflow/bench': bench,
  '@fastflow/pipelines': pipelines,
}

describeExamples(readme, packages, (source) => source.replaceAll("'path/to/model'", model))

it('README lists every function and constant of the package', () => {
  for (const name of Object.keys(bench)) expect(readme).toContain(`\`${name}`)
})
